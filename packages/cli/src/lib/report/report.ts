import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { oneLine } from '@diffeo/core/arguments';
import { isMixedModel } from '@diffeo/tables';
import type { RowsOptions } from '../data/data-source.ts';
import { rowsForModel } from '../data/rows-for-model.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import { fileKind } from '../files/file-kind.ts';
import { readModel } from '../model/read-model.ts';
import { whenCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { gatherFacts } from './facts/gather-facts.ts';
import type { ReportFacts, ReportRows } from './facts/report-facts.ts';
import { generator, reportPage } from './page/report-page.ts';
import { verdicts } from './page/verdicts.ts';

/** What `diffeo report` was asked to do. */
export interface ReportOptions extends Omit<RowsOptions, 'gaps'> {
  readonly model: string;
  readonly samples: number;
  readonly top: number;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Reads a model and rows, and finds out all that is to be said of them. Throws what reading and scoring throw, and `USAGE` for images. */
export async function factsOf(
  options: Omit<ReportOptions, 'out' | 'json'>,
): Promise<{ readonly facts: ReportFacts; readonly drawn: ReportRows; readonly path: string }> {
  const { model: path, data, seed, samples, top, signal } = options;
  const stored = await readModel(path);
  if (stored.model.eventShape.length !== 1) {
    throw new DiffeoError('USAGE', `report is for tables and points, and ${path} is a model of images`);
  }
  if (stored.model.contextShape && !isMixedModel(stored.model)) {
    throw new DiffeoError(
      'USAGE',
      `report is for densities of tables, and ${path} is conditional on numbers of its own`,
    );
  }
  const rows = await rowsForModel(stored, { ...options, gaps: 'drop', like: 'training' });
  if (rows.count < 2) throw new DiffeoError('DATA', `${data} has ${rows.count} rows: a report takes 2 at least`);
  whenCancelled(signal, 'cancelled: no report was written');
  const notes = (rows.notes ?? []).map(({ text }) => oneLine(text));
  const isDrawn = rows.isDrawn === true;
  const found = await gatherFacts(stored, rows, { data, seed, samples, top, isDrawn, notes, signal });
  return { ...found, path: stored.path };
}

/** Throws `FILE` where another file is in the way: only a page of ours is replaced without a word. */
function requireOwnPage(path: string): void {
  if (fileKind(path) !== 'file') return;
  if (readFileSync(path, 'utf8').slice(0, 1000).includes(generator)) return;
  throw new DiffeoError('FILE', `${path} is there, and is no report of diffeo's: give another file with --out`);
}

/** Writes a page that says how good a model is on rows. */
export async function report(options: ReportOptions): Promise<void> {
  const { model, out, json } = options;
  const place = out ?? join(fileKind(model) === 'folder' ? model : dirname(model), 'report.html');
  if (model === '-' && out === undefined && !json) {
    throw new DiffeoError('USAGE', 'a model on standard input has no folder: say with --out where the report goes');
  }
  const isWritten = !json || out !== undefined;
  if (isWritten) requireOwnPage(place);
  const { facts, drawn } = await factsOf(options);
  if (isWritten) writeAtomically(place, reportPage(facts, drawn));
  if (json) {
    await printResult(`${JSON.stringify(facts)}\n`);
    return;
  }
  for (const { message } of facts.warnings) say(`warning: ${message}`);
  for (const { question, answer, detail } of verdicts(facts)) say(`${question} ${answer} (${detail})`);
  await printResult(`${place}\n`);
}
