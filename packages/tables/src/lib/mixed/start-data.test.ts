import { expect, it } from 'vitest';
import type { MixedColumn } from './mixed-column.ts';
import { mixedTableShape } from './mixed-table-shape.ts';
import { classData, type ScoreKind } from './start-data.ts';

const count = 200;
/** A density and a rounded number. */
const rowsFrom = (begin: number) => ({
  values: Float32Array.from({ length: 2 * count }, (_, at) => {
    const place = begin + Math.floor(at / 2);
    return at % 2 === 0 ? Math.sin(place * place) : (place * 37) % 101;
  }),
  ...{ count, size: 2 },
});
const facts = [
  { name: 'a', kind: 'real' },
  { name: 'b', kind: 'integer', step: 1 },
] as const;

it('members of a fold share the normal curves of densities and of rounded numbers, and other rows have their own', () => {
  const { columnsOf } = mixedTableShape(facts, []);
  const [rows, others] = [rowsFrom(0), rowsFrom(1000)];
  const columns = columnsOf(rows);
  expect(columns.map(({ step }: MixedColumn) => step)).toEqual([null, 1]);
  const curves = (own: typeof rows, kind: ScoreKind) => classData(columns, own, { kind }).curves;
  const [density, rounded] = curves(rows, 'normal');
  const [again, roundedAgain] = curves(rows, 'normal');
  expect(again).toBe(density);
  expect(roundedAgain).toBe(rounded);
  expect(curves(rows, 'straight')[0]).not.toEqual(density);
  expect(curves(others, 'normal')[0]).not.toEqual(density);
});
