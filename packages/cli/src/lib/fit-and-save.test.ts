import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { fitAndSave } from './fit-and-save.ts';
import { flowNamed } from './flows.ts';
import { startTraining } from './start-training.ts';
import { loadTrainingData } from './training-data.ts';
import { trainingFolder } from './training-folder.ts';

const scratch = scratchFolder();
beforeAll(() => useWasm());

const settings = { steps: 20, batchSize: 32, learningRate: 5e-3, patience: 20, seed: 1, metadata: {} };

async function toTrain() {
  const reading = { seed: 1, limit: 200, heldOut: 20, csv: {}, flow: undefined, images: {} };
  const data = await loadTrainingData('rings', { ...reading, signal: new AbortController().signal });
  const flow = { layers: 1, hidden: [4], activation: 'relu', residual: false, levels: 1, seed: 1 } as const;
  return { data, start: await startTraining(data, flowNamed('realnvp'), flow) };
}

test('a run that is cancelled before its first step is gone on with, as though it had not been', async () => {
  const { data, start } = await toTrain();
  const [pieces, whole] = ['pieces', 'whole'].map((name) => join(scratch.path, name)) as [string, string];
  const cancelled = fitAndSave(start, data, trainingFolder(pieces), { ...settings, signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({
    code: 'CANCELLED',
    message: 'cancelled after step 0 of 20. No model was saved. The same command with --resume goes on',
  });
  expect(readdirSync(pieces)).toEqual(['checkpoint.bin']);

  const { signal } = new AbortController();
  const resume = readFileSync(join(pieces, 'checkpoint.bin'));
  await fitAndSave(start, data, trainingFolder(pieces), { ...settings, signal, resume });
  await fitAndSave(start, data, trainingFolder(whole), { ...settings, signal });
  for (const folder of [pieces, whole]) expect(readdirSync(folder)).toEqual(['history.csv', 'model.safetensors']);
  const [a, b] = [pieces, whole].map((folder) => readFileSync(join(folder, 'model.safetensors')));
  expect(a?.equals(b as Buffer)).toBe(true);
});

test('training goes on where checkpoints cannot be written', async () => {
  const { data, start } = await toTrain();
  const folder = trainingFolder(join(scratch.path, 'full'));
  const full = { ...folder, saveCheckpoint: () => expect.fail('the disk is full') };
  const { stopped } = await fitAndSave(start, data, full, { ...settings, signal: new AbortController().signal });
  expect(stopped).toBe('finished');
});
