import type { Column } from './column.ts';
import type { Numbers } from './numbers.ts';

/**
 * Samples as the data have them: numbers of a column with a `step` become its nearest multiple, counted from the least number of the data,
 * so that whole numbers are whole. All others stay.
 *
 * @param values `[rows × columns]`, as they are stored
 */
export function onSteps(
  values: Numbers,
  columns: readonly Pick<Column, 'step' | 'range' | 'origin' | 'unit'>[],
): Float64Array {
  const size = columns.length;
  const rounded = Float64Array.from(values);
  for (const [i, { step, range, origin = 0, unit = 1 }] of columns.entries()) {
    if (step === undefined || !range) continue;
    const [least] = range;
    for (let at = i; at < rounded.length; at += size) {
      const steps = Math.round((origin + unit * (rounded[at] as number) - least) / step);
      if (!Number.isSafeInteger(steps)) continue;
      rounded[at] = (Number((least + steps * step).toPrecision(15)) - origin) / unit;
    }
  }
  return rounded;
}
