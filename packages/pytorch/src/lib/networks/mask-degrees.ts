import { refuse } from '../file/refuse.ts';
import type { Numbers } from '../file/state-dict.ts';

/**
 * The degrees of the units of a masked layer, by its mask `[units, inputs]` and the degrees of its inputs: up to which place of the
 * sequence each has seen.
 *
 * @param given the degrees, where the file says them
 * @throws DiffeoError `IMPORT` where the mask is not that of degrees.
 */
export function degreesOf(
  path: string,
  { shape, values }: Numbers,
  from: Int32Array,
  given?: ArrayLike<number>,
): Int32Array {
  const [units = 0, inputs = 0] = shape;
  if (inputs !== from.length) refuse(path, `its mask has ${inputs} columns for ${from.length} inputs`);
  return Int32Array.from({ length: units }, (_, unit) => {
    const sees = (input: number): boolean => values[unit * inputs + input] !== 0;
    const seen = from.reduce((most, place, input) => (sees(input) ? Math.max(most, place) : most), -1);
    const degree = given?.[unit] ?? seen;
    if (from.some((place, input) => sees(input) !== place <= degree)) {
      refuse(
        path,
        `the mask of unit ${unit} is not one of a sequence: it skips an input that comes before another it sees`,
      );
    }
    return degree;
  });
}

/**
 * Throws `IMPORT` unless a last mask lets each output see what comes before its own input, and nothing else. Outputs come in runs, one
 * for each input.
 */
export function requireOutputMask(
  path: string,
  { shape, values }: Numbers,
  from: Int32Array,
  places: Int32Array,
): void {
  const [outputs = 0, units = 0] = shape;
  const each = outputs / places.length;
  if (units !== from.length || !Number.isInteger(each)) {
    refuse(path, `its mask is [${shape.join(', ')}] for ${from.length} units and ${places.length} inputs`);
  }
  for (let output = 0; output < outputs; output++) {
    const place = places[Math.floor(output / each)] as number;
    if (from.some((degree, unit) => (values[output * units + unit] !== 0) !== degree < place)) {
      refuse(path, `the mask of output ${output} is not one of a sequence`);
    }
  }
}
