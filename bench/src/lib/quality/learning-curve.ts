import type { CurvePoint } from './train-within.ts';

/** The learning curve as CSV, bits per dimension. */
export const curveCsv = (curve: readonly CurvePoint[]): string =>
  [
    'step,seconds,train,validation',
    ...curve.map(({ step, seconds, train, validation }) =>
      [step, seconds.toFixed(1), train.toFixed(5), validation.toFixed(5)].join(','),
    ),
    '',
  ].join('\n');

/** Validation after an eighth, a quarter, a half and all of the steps, each the nearest point: `300: 1.36, 600: 1.30`. */
export function curveInShort(curve: readonly CurvePoint[]): string {
  const last = curve.at(-1)?.step ?? 0;
  const nearest = (step: number) =>
    curve.reduce((best, point) => (Math.abs(point.step - step) < Math.abs(best.step - step) ? point : best));
  const chosen = curve.length === 0 ? [] : [1 / 8, 1 / 4, 1 / 2, 1].map((share) => nearest(share * last));
  return [...new Set(chosen)].map(({ step, validation }) => `${step}: ${validation.toFixed(3)}`).join(', ');
}
