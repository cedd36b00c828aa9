import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { findData } from '../data/find-data.ts';
import { trainingFolder } from '../folder/training-folder.ts';
import { fitAndSave } from './fit-and-save.ts';
import { flowNamed } from './flows.ts';
import { startTraining } from './start-training.ts';

const scratch = scratchFolder();
beforeAll(() => useWasm());

const settings = { steps: 20, batchSize: 32, learningRate: 5e-3, patience: 20, seed: 1, metadata: {} };

async function toTrain() {
  const reading = {
    seed: 1,
    limit: 200,
    heldOut: 20,
    csv: {},
    flow: undefined,
    images: {},
    context: undefined,
    describesFlow: true,
  };
  const data = await findData('rings', {}).train({ ...reading, signal: new AbortController().signal });
  const flow = {
    layers: 1,
    hidden: [4],
    activation: 'relu',
    residual: false,
    bound: 3,
    outputScale: 0.01,
    levels: 1,
    seed: 1,
  } as const;
  return { data, start: await startTraining(data, flowNamed('realnvp'), flow) };
}

test('a run that is cancelled before its first step is gone on with, as though it had not been', async () => {
  const { data, start } = await toTrain();
  const [pieces, whole] = ['pieces', 'whole'].map((name) => join(scratch.path, name)) as [string, string];
  const first = await trainingFolder(pieces);
  const cancelled = fitAndSave(start, data, first, { ...settings, signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({
    code: 'CANCELLED',
    message: 'cancelled after step 0 of 20. No model was saved. The same command with --resume goes on',
  });
  first.close();
  expect(readdirSync(pieces)).toEqual(['checkpoint.bin']);

  const { signal } = new AbortController();
  const second = await trainingFolder(pieces);
  expect(second.found).toEqual({ interrupted: true, model: null, report: null });
  const { fitted } = await fitAndSave(start, data, second, { ...settings, signal, resume: second.readCheckpoint() });
  expect(fitted.stopped).toBe('finished');
  // It stays until there is a report.
  expect(second.hasCheckpoint()).toBe(true);
  second.close();
  const other = await trainingFolder(whole);
  await fitAndSave(start, data, other, { ...settings, signal });
  other.close();
  const [a, b] = [pieces, whole].map((folder) => readFileSync(join(folder, 'model.safetensors')));
  expect(a?.equals(b as Buffer)).toBe(true);
});

test('training goes on where checkpoints cannot be written', async () => {
  const { data, start } = await toTrain();
  const folder = await trainingFolder(join(scratch.path, 'full'));
  const full = { ...folder, saveCheckpoint: () => expect.fail('the disk is full') };
  const { fitted } = await fitAndSave(start, data, full, { ...settings, signal: new AbortController().signal });
  expect(fitted.stopped).toBe('finished');
  folder.close();
});

test('a run that is cancelled on a full disk says what could not be written and what is left to go on from', async () => {
  const { data, start } = await toTrain();
  const folder = await trainingFolder(join(scratch.path, 'cancelled-full'));
  const { signal } = new AbortController();
  const whole = await fitAndSave(start, data, folder, { ...settings, signal });
  expect(folder.hasCheckpoint()).toBe(true);
  const full = { ...folder, saveCheckpoint: () => expect.fail('the disk is full') };
  const resume = folder.readCheckpoint();
  const cancelled = fitAndSave(start, data, full, { ...settings, signal: AbortSignal.abort(), resume });
  await expect(cancelled).rejects.toMatchObject({
    code: 'CANCELLED',
    message: expect.stringMatching(
      /^cancelled after step 1 of 20\. The best parameters so far, of step [01], are in \S+\. The same command with --resume goes on\. the disk is full$/,
    ),
  });
  const again = await fitAndSave(start, data, folder, { ...settings, signal, resume: folder.readCheckpoint() });
  expect(Buffer.compare(again.model, whole.model)).toBe(0);
  folder.close();
});
