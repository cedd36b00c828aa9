import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { ownMark } from '../files/process-mark.ts';
import type { TrainReport } from '../train/train-report.ts';
import { sha256 } from './model-notes.ts';
import { trainingFolder } from './training-folder.ts';

const scratch = scratchFolder();
const at = (...names: string[]) => join(scratch.path, ...names);
const history = [{ step: 1, train: 2 }];
const model = (text: string) => Buffer.from(text);
const report = (of: Uint8Array) => ({ data: 'x', modelSha256: sha256(of) }) as TrainReport;

test('a finished run leaves model, curve and report that belong together, and nothing else', async () => {
  const folder = await trainingFolder(at('finished', 'deep'));
  expect(folder.found).toEqual({ interrupted: false, model: null, report: null });
  folder.saveCheckpoint(model('checkpoint'));
  expect(folder.saveReached(model('new'), history)).toBe(folder.modelPath);
  expect(
    readdirSync(folder.path)
      .filter((name) => !name.startsWith('run-'))
      .sort(),
  ).toEqual(['checkpoint.bin', 'history.csv', 'model.safetensors']);
  folder.finish(report(model('new')));
  folder.close();
  expect(readdirSync(folder.path)).toEqual(['history.csv', 'model.safetensors', 'report.json']);
  const next = await trainingFolder(folder.path);
  expect(next.found).toEqual({
    interrupted: false,
    model: { sha256: sha256(model('new')), metadata: {} },
    report: report(model('new')),
  });
  next.close();
});

test('what a finished run left stays until the next one is finished', async () => {
  const first = await trainingFolder(at('again'));
  first.saveReached(model('old'), history);
  first.finish(report(model('old')));
  first.close();
  const second = await trainingFolder(at('again'));
  expect(second.saveReached(model('new'), history)).toBe(at('again', 'unfinished.safetensors'));
  expect(readFileSync(second.modelPath, 'utf8')).toBe('old');
  expect(existsSync(at('again', 'report.json'))).toBe(true);
  second.finish(report(model('new')));
  second.close();
  expect(readFileSync(second.modelPath, 'utf8')).toBe('new');
  expect(readdirSync(second.path)).toEqual(['history.csv', 'model.safetensors', 'report.json']);
});

test('the report of another model is none of this one', async () => {
  mkdirSync(at('torn'));
  writeFileSync(at('torn', 'model.safetensors'), 'new');
  writeFileSync(at('torn', 'report.json'), JSON.stringify(report(model('old'))));
  const folder = await trainingFolder(at('torn'));
  expect(folder.found.report).toBeNull();
  // It goes when the model that it might be taken for is written.
  expect(folder.saveReached(model('newer'), history)).toBe(folder.modelPath);
  folder.close();
  expect(readdirSync(at('torn'))).toEqual(['history.csv', 'model.safetensors']);
});

test.each(['model.safetensors', 'history.csv', 'report.json', 'checkpoint.bin'])(
  'a folder where %s is to be is refused before anything is trained',
  async (name) => {
    mkdirSync(at(`blocked-${name}`, name), { recursive: true });
    await expect(trainingFolder(at(`blocked-${name}`))).rejects.toMatchObject({
      code: 'FILE',
      message: expect.stringMatching(new RegExp(`${name} is a folder, and a run writes its own there: remove it`)),
    });
    expect(readdirSync(at(`blocked-${name}`))).toEqual([name]);
  },
);

test('what killed processes left beside is removed; what is not theirs, or of others that run, is not', async () => {
  mkdirSync(at('left'));
  const [pid, start, machine] = ownMark.split('-');
  const gone = `.model.safetensors.4194303-${start}-${machine}.tmp`;
  const running = `.history.csv.${pid}-${start}-${machine}.tmp`;
  const elsewhere = `.history.csv.4194303-${start}-00000001.tmp`;
  const foreign = ['.model.safetensors.123.tmp', 'notes.tmp', '.x.tmp'];
  for (const name of [gone, running, elsewhere, ...foreign]) writeFileSync(at('left', name), '');
  (await trainingFolder(at('left'))).close();
  expect(readdirSync(at('left')).sort()).toEqual([running, elsewhere, ...foreign].sort());
});

test('a folder that was made for nothing goes again, with those above it', async () => {
  (await trainingFolder(at('a', 'b', 'c'))).close();
  expect(existsSync(at('a'))).toBe(false);
});

test('a folder that is removed meanwhile is made again', async () => {
  const folder = await trainingFolder(at('removed'));
  rmSync(folder.path, { recursive: true });
  folder.saveCheckpoint(model('checkpoint'));
  folder.close();
  expect(readdirSync(folder.path)).toEqual(['checkpoint.bin']);
});
