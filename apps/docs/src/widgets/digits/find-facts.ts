import type { Flow, FlowParams } from '@diffeo/core';
import type { Digits } from '@diffeo/datasets/node';
import { attributeDirection, type TensorDataset } from '@diffeo/trainer';
import { oneHot, tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { DigitFacts } from './digit-facts.ts';
import { classes, side } from './digit-model.ts';

const pixelCount = side * side;

/** How much ink there is. */
const ink = (pixels: ArrayLike<number>): number => Array.from(pixels).reduce((sum, value) => sum + value, 0);

/** How far the ink moves to the right for each row upwards: the covariance of its place across and up over the variance of up. */
function slant(pixels: ArrayLike<number>): number {
  const total = ink(pixels);
  const mean = (of: (column: number, row: number) => number): number =>
    Array.from(pixels).reduce((sum, value, i) => sum + value * of(i % side, side - 1 - Math.floor(i / side)), 0) /
    total;
  const [across, up] = [mean((x) => x), mean((_, y) => y)];
  return mean((x, y) => (x - across) * (y - up)) / mean((_, y) => (y - up) ** 2);
}

/** The rows with these numbers, as the flow takes them. */
export function digitRows({ images, labels }: Digits, numbers: readonly number[]): TensorDataset {
  const values = new Float32Array(numbers.length * pixelCount);
  for (const [i, row] of numbers.entries())
    values.set(images.values.subarray(row * pixelCount, (row + 1) * pixelCount), i * pixelCount);
  return {
    x: tensor(values, [numbers.length, side, side, 1]),
    context: oneHot(
      tensor1d(
        numbers.map((row) => labels[row] as number),
        'int32',
      ),
      classes,
    ),
  };
}

/** Directions of ink and slant, each from the upper and the lower third of every class; and of each class its two most unlike in slant. */
export async function findFacts(model: Flow, params: FlowParams, digits: Digits, count: number): Promise<DigitFacts> {
  const pixelsOf = (row: number) => digits.images.values.subarray(row * pixelCount, (row + 1) * pixelCount);
  const rowsOf = (digit: number) =>
    Array.from({ length: count }, (_, row) => row).filter((row) => digits.labels[row] === digit);
  const sorted = (digit: number, by: (pixels: ArrayLike<number>) => number) =>
    rowsOf(digit)
      .map((row) => [row, by(pixelsOf(row))] as const)
      .sort(([, a], [, b]) => a - b)
      .map(([row]) => row);
  const everyClass = Array.from({ length: classes }, (_, digit) => digit);
  const direction = async (by: (pixels: ArrayLike<number>) => number): Promise<number[]> => {
    const thirds = everyClass.map((digit) => {
      const rows = sorted(digit, by);
      const third = Math.floor(rows.length / 3);
      return { low: rows.slice(0, third), high: rows.slice(-third) };
    });
    const having = digitRows(
      digits,
      thirds.flatMap(({ high }) => high),
    );
    const lacking = digitRows(
      digits,
      thirds.flatMap(({ low }) => low),
    );
    const found = await attributeDirection(model, params, { having, lacking });
    return Array.from(found, (value) => Number(value.toPrecision(5)));
  };
  return {
    examples: everyClass.map((digit) => {
      const rows = sorted(digit, slant);
      const [from, to] = [rows[Math.floor(rows.length * 0.1)] as number, rows[Math.floor(rows.length * 0.9)] as number];
      return [[...pixelsOf(from)], [...pixelsOf(to)]];
    }),
    directions: { bold: await direction(ink), slanted: await direction(slant) },
  };
}
