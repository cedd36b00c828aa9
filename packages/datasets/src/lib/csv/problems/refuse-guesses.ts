import type { ColumnKind } from '../../data/column.ts';
import type { CsvNote, CsvOptions, CsvSettings, ReadTable } from '../csv-options.ts';
import { refusal } from './csv-refusal.ts';
import { shown } from './shown.ts';

/** Kinds that make another thing of a column than its numbers. */
const telling: ReadonlySet<ColumnKind> = new Set([
  ...(['category', 'boolean', 'date', 'constant', 'index', 'identifier', 'text'] as const),
]);

/** What is not a guess: what had to be done, or was asked for. */
const noGuesses: ReadonlySet<CsvNote['code']> = new Set(['ORIGIN', 'DROPPED', 'SAMPLED']);

/** Throws `GUESSED`, with the options that say it, where anything about the file was guessed. */
export function refuseGuesses({ notes, columns }: ReadTable, { source, kinds, known }: CsvSettings): void {
  const isSaid = (name: string): boolean => Object.hasOwn(kinds, name) || known.has(name);
  const guessed = columns.filter(({ name, kind }) => telling.has(kind) && !isSaid(name));
  const about = notes.filter(({ code }) => !noGuesses.has(code));
  const lines = [
    ...about.map(({ text }) => text),
    ...guessed.map(({ name, kind }) => `column ${shown(name)} is taken for ${kind}`),
  ];
  if (lines.length === 0) return;
  const said: CsvOptions = { kinds: Object.fromEntries(guessed.map(({ name, kind }) => [name, kind])) };
  throw refusal('GUESSED', {
    problem: `${source}: ${lines.slice(0, 8).join('; ')}${lines.length > 8 ? `; and ${lines.length - 8} more` : ''}. Nothing may be guessed.`,
    columns: guessed.map(({ name }) => name),
    advice: guessed.length > 0 && guessed.length <= 20 && about.length === 0 ? [said] : [],
  });
}
