import { expect, test } from 'vitest';
import type { MemoryRow } from './measure-memory.ts';
import { memoryTable } from './memory-table.ts';

const row = (layers: number, gradient: MemoryRow['gradient'], peakBytes: number, milliseconds: number): MemoryRow => ({
  ...{ layers, gradient, peakBytes, milliseconds },
});

test('says how far recomputed gradients grow with depth, and what they cost', () => {
  const table = memoryTable([
    row(8, 'store', 10e6, 10),
    row(8, 'recompute', 4e6, 14),
    row(64, 'store', 80e6, 80),
    row(64, 'recompute', 5e6, 100),
  ]);
  expect(table).toContain('recompute, peak at depth 64 / at 8: 1.25, at most 1.15: not met');
  expect(table).toContain('time at depth 64, recompute / store: 1.25, at most 1.50: met');
});
