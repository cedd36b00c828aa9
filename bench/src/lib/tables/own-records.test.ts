import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { keepResult, type OwnResult, recordedResult } from './own-records.ts';

const result: OwnResult = { scores: [-1, -2.5], seconds: 1, cpuSeconds: 1, seeds: [1.75], coverage: [], members: [] };

test('a record is of the recipe, the effort and the seed that it was written down with', () => {
  const path = mkdtempSync(join(tmpdir(), 'records-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const folder = pathToFileURL(`${path}/`);
  const asked = { effort: 'fast', seed: 1, recipe: 'aa' } as const;
  expect(recordedResult('waves', asked, folder)).toBeNull();
  keepResult('waves', asked, result, folder);
  expect(recordedResult('waves', asked, folder)).toEqual({ ...result, isStale: false });
  expect(recordedResult('waves', { ...asked, recipe: 'bb' }, folder)).toMatchObject({ isStale: true });
  expect(recordedResult('waves', { ...asked, seed: 2 }, folder)).toBeNull();
  expect(readdirSync(path)).toHaveLength(1);
});
