import { expect, test } from 'vitest';
import type { QualityRow } from './measure-quality.ts';
import { qualityTable } from './quality-table.ts';

const row = (more: Partial<QualityRow>): QualityRow => ({
  ...{
    data: 'mnist',
    images: [8000, 1000, 1000],
    parts: 'split by the seed',
    noise: 'variational',
    flow: 'glow',
    target: 1.35,
  },
  ...{ steps: 800, bestStep: 800, stopped: 'finished', minutes: 10, peakBytes: 2e8, binBits: 8, files: [] },
  ...{ bits: 1.3, standardError: 0.01, draws: { images: 1000, one: 1.3, sixteen: 1.25 } },
  curve: [100, 200, 300, 400, 800].map((step) => ({ step, seconds: step, train: 2, validation: 1 + 100 / step })),
  reconstruction: { images: 1000, exact: 1, largestError: 0 },
  ...more,
});
const table = (...rows: readonly QualityRow[]): string =>
  qualityTable({
    ...{ benchmark: 'quality', seed: 0, rows, leftOut: ['fashion'] },
    machine: { processor: 'any', cores: 2, load: 0, node: 'v24', platform: 'linux' },
  }).replaceAll(/ +/g, ' ');

test('says what is wanted of learned noise beside what was reached, and the learning curve in short', () => {
  const text = table(row({}), row({ noise: 'uniform', bits: 1.5 }));
  expect(text).toContain('mnist variational glow bits/dim at most 1.35 1.300 met');
  expect(text).not.toContain('1.500 not met');
  expect(text).toContain('validation by steps 100: 2.000, 200: 1.500, 400: 1.250, 800: 1.125');
  expect(text).toContain('fashion is left out');
  expect(table(row({ bits: 1.36, reconstruction: { images: 9, exact: 0.5, largestError: 1 } }))).toMatch(
    /at most 1.35 1.360 not met[\s\S]*100 % 50.0000 % not met/,
  );
});

test('holds the digits to both Gaussians', () => {
  const text = table(row({ data: 'digits', target: null, bits: 2, gaussian: { preprocessed: 2.4, plain: 2.9 } }));
  expect(text).toContain('behind the same preprocessing at least 0.5 0.400 not met');
  expect(text).toContain('of the bins at least 0.5 0.900 met');
});
