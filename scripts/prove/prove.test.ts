import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProofs, loadProof } from './proof.ts';
import { prove } from './prove.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

describe('the proofs of the packages, in short', () => {
  // Each in a process of its own, as `npm run prove` runs it: a backend or a heap is shared with no other.
  test.each([...findProofs().keys()])('%s holds', (name) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, name, '--short'], {
      encoding: 'utf8',
      timeout: 600_000,
    });
    expect(status, stdout + stderr).toBe(0);
  });
});

describe('npm run prove', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'diffeo-proofs-'));
    const write = (name: string, body: string) => {
      const text = `export const description = 'What ${name} says.', takes = '2 hours', counts = { whole: 9, short: 3 };`;
      mkdirSync(join(folder, name, 'prove', 'lib'), { recursive: true });
      writeFileSync(join(folder, name, 'prove', 'lib', 'not-a-proof.ts'), '');
      writeFileSync(join(folder, name, 'prove', `${name}.ts`), `${text}\nexport async function run(given) { ${body} }`);
    };
    write('right', "given.print('once'); return JSON.stringify([given.count, given.seed]);");
    write('wrong', "throw new Error('one is not two');");
    mkdirSync(join(folder, 'half', 'prove'), { recursive: true });
    writeFileSync(join(folder, 'half', 'prove', 'half.ts'), "export const description = 'Half of it.';");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function lines(names: string[], ...args: string[]): Promise<{ held: boolean; lines: string[] }> {
    const printed: string[] = [];
    const proofs = findProofs(names.map((name) => join(folder, name)));
    const held = await prove(args, (line) => printed.push(line), proofs);
    return { held, lines: printed };
  }

  test('lists each with its sentence, its count and its time', async () => {
    const { held, lines: printed } = await lines(['wrong', 'right']);
    expect(held).toBe(true);
    expect(printed).toEqual([
      'right (--count 9, about 2 hours)\n    What right says.',
      'wrong (--count 9, about 2 hours)\n    What wrong says.',
    ]);
  });

  test.each([
    [[], '[9,1]', '--count 9 --seed 1'],
    [['--short'], '[3,1]', '--count 3 --seed 1'],
    [['--count', '5', '--seed', '7'], '[5,7]', '--count 5 --seed 7'],
  ])('says last that it held: %j', async (options, measured, again) => {
    const { held, lines: printed } = await lines(['right'], 'right', ...options);
    expect(held).toBe(true);
    expect(printed.slice(0, -1)).toEqual(['once', measured]);
    expect(printed.at(-1)?.replace(/\d+ s\)$/, 'N s)')).toBe(`right held (${again}, N s)`);
  });

  test('says last that it did not hold, and how to run it again', async () => {
    const { held, lines: printed } = await lines(['wrong'], 'wrong', '--seed', '7');
    expect(held).toBe(false);
    expect(printed.join('\n')).toContain('one is not two');
    expect(printed.at(-1)).toBe('wrong did not hold: npm run prove -- wrong --count 9 --seed 7');
  });

  test.each([
    [['unheard-of'], "no proof 'unheard-of': say one of right"],
    [['right', 'right'], 'one proof at a time, but got: right right'],
    [['right', '--count', '0'], "--count must be a whole number of at least 1, but got '0'"],
    [['right', '--seed', '1.5'], "--seed must be a whole number of at least 0, but got '1.5'"],
    [['right', '--sede', '1'], "'--sede'"],
  ])('refuses %j', async (args, message) => {
    await expect(lines(['right'], ...args)).rejects.toThrow(message);
  });

  test('a file that exports but half of a proof is named', async () => {
    const path = join(folder, 'half', 'prove', 'half.ts');
    await expect(loadProof(path)).rejects.toThrow('half.ts must export description, takes');
  });

  test('two of one name are refused', () => {
    expect(() => findProofs([join(folder, 'right'), join(folder, 'right')])).toThrow("two proofs are named 'right'");
  });

  test('the exit code says it: 0 held, 2 not asked rightly', () => {
    const code = (...args: string[]) => spawnSync(process.execPath, [main, ...args]).status;
    expect([code(), code('unheard-of')]).toEqual([0, 2]);
  });
});
