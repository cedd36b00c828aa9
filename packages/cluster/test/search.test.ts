import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, normal } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { useWasm } from '@diffeo/trainer';
import { beforeEach, expect, test } from 'vitest';
import {
  local,
  openRoot,
  randomSettings,
  type SearchOptions,
  search,
  stepsOf,
  storeInput,
  type Trial,
} from '../src/index.ts';
import { definitions, handlers } from './thread-handlers.ts';

await useWasm();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diffeo-search-'));
  return () => rmSync(folder, { recursive: true });
});

const space = {
  learningRate: { from: 1e-4, to: 1e-2, log: true },
  layers: { from: 1, to: 3, whole: true },
  hidden: { choices: [[8], [16]] },
};
const trialOf = (settings: ReturnType<typeof randomSettings>[number], i: number): Trial => ({
  settings,
  spec: {
    eventShape: [2],
    layers: [
      standardise(),
      ...realNVP({ layers: settings['layers'] as number, hidden: settings['hidden'] as number[] }),
    ],
  },
  fit: { learningRate: settings['learningRate'] as number, batchSize: 64, seed: i },
});

/** Searches in a folder, by an engine that is asked `times` often to stop after a job; the last time it ends. */
async function searched(into: string, options: Partial<SearchOptions>, stops = 0) {
  const root = openRoot(folder);
  const rows = normal([400, 2], 3).dataSync() as Float32Array;
  const input = await storeInput(root, into, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength), '.f32');
  const data = { input, train: 300, validation: 100, eventShape: [2] };
  for (let stop = 0; ; stop++) {
    const engine = local({ root: folder });
    const controller = new AbortController();
    const onJob = () => stop < stops && controller.abort();
    const serving = engine.serve(handlers, { signal: controller.signal, onJob });
    const result = await search(
      { trials: [], steps: 18, ...options, data, folder: into },
      { engine, root, definitions, signal: controller.signal },
    ).catch((error: { code?: string }) => {
      if (error.code !== 'CANCELLED') throw error;
      return null;
    });
    controller.abort();
    await serving;
    await engine.close();
    if (result) return result;
  }
}

test('the same search, stopped and gone on with or not, ends with the same table and the same model', async () => {
  const trials = randomSettings(space, { count: 6, seed: 1 }).map(trialOf);
  const whole = await searched('whole', { trials, rounds: 2 });
  expect(whole.table.length).toBe(6);
  // Two of six had all steps; the first of them is the best.
  expect(whole.table.map(({ steps }) => steps)).toEqual([18, 18, 6, 6, 6, 6]);
  const losses = whole.table.slice(0, 2).map(({ validation }) => validation as number);
  expect(losses[0]).toBeLessThanOrEqual(losses[1] as number);
  const best = readFileSync(join(folder, whole.best));
  expect(JSON.parse(load(best, { definitions }).metadata['trial'] as string)).toMatchObject({ validation: losses[0] });
  expect(readFileSync(join(folder, 'whole/trials.csv'), 'utf8').split('\n')[0]).toBe(
    'trial,learningRate,layers,hidden,steps,bestStep,validation,error',
  );
  const again = await searched('again', { trials, rounds: 2 }, 4);
  expect(again.table).toEqual(whole.table);
  expect(readFileSync(join(folder, again.best))).toEqual(best);
  expect(readdirSync(join(folder, 'again')).sort()).toEqual(readdirSync(join(folder, 'whole')).sort());
});

test('a trial whose training breaks down has no validation, and is not the best', async () => {
  const [good] = randomSettings(space, { count: 1, seed: 1 }).map(trialOf) as [Trial];
  const wild: Trial = {
    ...good,
    settings: { learningRate: 1e30 },
    fit: { ...good.fit, learningRate: 1e30, clipNorm: 1e30 },
  };
  const { table } = await searched('wild', { trials: [wild, good] });
  expect(table.map(({ trial }) => trial)).toEqual([2, 1]);
  expect(table[1]).toMatchObject({ trial: 1 });
  await expect(searched('none', { trials: [] })).rejects.toMatchObject({ code: 'CONFIG' });
});

test('settings are drawn by the seed, within their ranges, and fewer begin more', () => {
  const drawn = randomSettings(space, { count: 200, seed: 7 });
  expect(randomSettings(space, { count: 50, seed: 7 })).toEqual(drawn.slice(0, 50));
  expect(randomSettings(space, { count: 50, seed: 8 })).not.toEqual(drawn.slice(0, 50));
  const of = (name: string) => drawn.map((settings) => settings[name] as number);
  expect(new Set(of('layers'))).toEqual(new Set([1, 2, 3]));
  expect(Math.min(...of('learningRate'))).toBeGreaterThanOrEqual(1e-4);
  expect(Math.max(...of('learningRate'))).toBeLessThanOrEqual(1e-2);
  // On a logarithmic scale half of them lie below the middle, 1e-3.
  expect(of('learningRate').filter((rate) => rate < 1e-3).length).toBeGreaterThan(70);
  expect(of('learningRate').filter((rate) => rate < 1e-3).length).toBeLessThan(130);
  expect(() => randomSettings({ a: { from: 0, to: 1, log: true } }, { count: 1, seed: 1 })).toThrow(/begin above 0/);
  expect(() => randomSettings({ a: { choices: [] } }, { count: 1, seed: 1 })).toThrow(/no choices/);
});

test('rounds share the steps by powers of the factor', () => {
  const steps = (rounds: number) => Array.from({ length: rounds }, (_, i) => stepsOf(i, { steps: 900, rounds }));
  expect([steps(1), steps(3)]).toEqual([[900], [100, 300, 900]]);
});
