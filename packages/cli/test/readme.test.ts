import { readFileSync } from 'node:fs';
import type { ArgsDef } from 'citty';
import { describe, expect, test } from 'vitest';
import { commands } from '../src/lib/commands/commands.ts';
import { digitsDefaults, type TrainDefaults, tableDefaults, toyDefaults } from '../src/lib/train/train-defaults.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const sections = readme.split(/^## /m);
/** What is done in parts has a section of its own. */
const parts = sections.find((text) => text.startsWith('Many parts')) ?? '';
const sectionOf = (name: string): string =>
  sections.find((text) => text.startsWith(`\`diffeo ${name} `)) ?? (parts.includes(`diffeo ${name} `) ? parts : '');

describe('the README', () => {
  test.each(Object.entries(commands))('has every option of %s', (name, command) => {
    const csv = readme.slice(readme.indexOf('| option for CSV files |'), readme.indexOf('## `diffeo train'));
    const text = sectionOf(name) + csv + parts;
    expect(sectionOf(name)).not.toBe('');
    for (const [option, { type }] of Object.entries(command.args as ArgsDef)) {
      expect(text).toContain(type === 'positional' ? option.toUpperCase() : `--${option}`);
    }
  });

  test.each<[string, (defaults: TrainDefaults) => unknown]>([
    ['steps', ({ steps }) => steps],
    ['batch', ({ batchSize }) => batchSize],
    ['learning-rate', ({ learningRate }) => learningRate.toExponential()],
    ['layers', ({ layers }) => layers],
    ['hidden', ({ hidden }) => hidden],
  ])('says the defaults of --%s', (option, value) => {
    const row = sectionOf('train')
      .split('\n')
      .find((line) => line.startsWith(`| \`--${option} `));
    const cells = row?.split('|').map((cell) => cell.trim());
    const [small, large] = [tableDefaults(1999), tableDefaults(2000)];
    const kinds = [small, large, toyDefaults, digitsDefaults];
    expect(cells?.slice(3, 7)).toEqual(kinds.map((of) => String(value(of))));
  });
});
