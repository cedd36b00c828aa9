import type { ArgsDef } from 'citty';
import { describe, expect, it } from 'vitest';
import { checkArguments } from '../check/check-arguments.ts';
import { commands, program } from './commands.ts';
import { examples } from './examples.ts';
import { groupedOptions } from './option-groups.ts';
import { usage } from './usage.ts';

describe.each(Object.entries(commands))('the help of %s', (name, command) => {
  const text = usage(command, program);
  const args = command.args as ArgsDef;

  it('has every option once, under the data that it belongs to', () => {
    const shown = groupedOptions(args).flatMap(({ options }) => options.map(([option]) => option));
    const options = Object.keys(args).filter((option) => args[option]?.type !== 'positional');
    expect([...shown].sort()).toEqual([...options].sort());
    for (const option of options) expect(text).toMatch(new RegExp(`^  --${option}[ ,\n]`, 'm'));
    expect(text.split('\n').filter((line) => line.length > 130)).toEqual([]);
  });

  it('has examples that the command takes', () => {
    expect(examples[name]?.length).toBeGreaterThan(0);
    for (const line of examples[name] ?? []) {
      const [program, own, ...rest] = line.replace(/ > .*/, '').replaceAll("'", '').split(' ');
      expect([program, own]).toEqual(['diffeo', name]);
      expect(checkArguments(rest, args, name), line).toEqual([]);
      expect(text).toContain(line);
    }
  });
});

it('options that look alike stand with the data that they are of', () => {
  const titles = (name: string) =>
    Object.fromEntries(
      groupedOptions(commands[name]?.args as ArgsDef).flatMap(({ title, options }) =>
        options.map(([one]) => [one, title]),
      ),
    );
  expect(titles('train')).toMatchObject({
    columns: 'TABLES',
    pad: 'IMAGES',
    steps: 'ONE FLOW, and how it is trained',
    seed: 'OPTIONS',
    out: 'RESULT',
  });
  expect(titles('sample')).toMatchObject({ columns: 'IMAGES', given: 'TABLES' });
});
