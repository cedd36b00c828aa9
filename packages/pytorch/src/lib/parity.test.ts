import '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { cases } from '../../test/fixtures.ts';
import { importAndCompare } from '../../test/parity.ts';

beforeAll(async () => {
  await setBackend('wasm');
});

test.each(cases)('%s: log-densities of 1,000 rows and samples are PyTorch’s in float64', async (name) => {
  const { logProb, data } = await importAndCompare(name);
  expect(logProb.share).toBeLessThan(1);
  expect(data.share).toBeLessThan(1);
});
