import { sizeOf } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Check } from '../../plan/check.ts';
import { failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { callWith } from '../../trial/evaluate.ts';
import { takeRows } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { drawPoints, enter, type Trial, valuesByPath } from '../../trial/trial.ts';

/** Where numbers are looked at that may lie anywhere, and how finely. */
const [reach, cells] = [4, 256];
/** How many cells are looked into, those with the largest changes, and how often each is halved. */
const [suspects, halvings] = [16, 6];
/** A change that is left when its cell is halved so often is a kink, if it was this large to begin with; where nothing breaks, a 64th is left. */
const [left, large] = [0.4, 0.03];

/** logDet of the inverse and its slope along number `index`, at these values of it, the other numbers as in a row of ordinary ones. */
function along(
  trial: Trial,
  index: number,
  at: readonly number[],
): readonly [logDet: Float32Array, slope: Float32Array] {
  const inverse = trial.maps.find(({ name }) => name === 'inverse') as RowMap;
  const ordinary = takeRows(
    drawPoints(trial, inverse, 1, 'kinks'),
    at.map(() => 0),
  );
  const size = ordinary.values.length / at.length;
  for (const [row, value] of at.entries()) ordinary.values[row * size + index] = value;
  const [logDet, slopes] = tidied(() => {
    const entered = enter(trial, inverse, ordinary);
    const run = (): Tensor => inverse.run(trial.params, entered.point, callWith(entered))[1] as Tensor;
    const { grads } = differentiate(() => sum(run()), [entered.point]);
    return [run().dataSync().slice(), grads[0]?.dataSync().slice()];
  });
  const slope = Float32Array.from(at, (_, row) => slopes?.[row * size + index] ?? 0);
  return [logDet as Float32Array, slope];
}

/** Where along number `index` logDet (0) or its slope (1) breaks: the middles of the smallest cells that still hold the change. */
function breaksOf(trial: Trial, index: number, which: 0 | 1): number[] {
  const [low, high] = trial.data.interval ?? [-reach, reach];
  const [from, to] = [Math.max(low, -reach), Math.min(high, reach)];
  const inset = 1e-3 * (to - from);
  const grid = Array.from({ length: cells + 1 }, (_, i) => from + inset + ((to - from - 2 * inset) * i) / cells);
  const values = along(trial, index, grid)[which];
  let found = grid
    .slice(1)
    .map((above, i) => ({
      below: grid[i] as number,
      above,
      lower: values[i] as number,
      upper: values[i + 1] as number,
    }))
    .map((cell) => ({ ...cell, change: Math.abs(cell.upper - cell.lower), size: Math.abs(cell.lower) }))
    .sort((a, b) => b.change - a.change)
    .slice(0, suspects)
    .filter(({ change, size }) => change > large * (1 + size));
  for (let step = 0; step < halvings && found.length > 0; step++) {
    const middles = found.map(({ below, above }) => (below + above) / 2);
    const at = along(trial, index, middles)[which];
    found = found.map((cell, i) => {
      const [middle, value] = [middles[i] as number, at[i] as number];
      return Math.abs(value - cell.lower) > Math.abs(cell.upper - value)
        ? { ...cell, above: middle, upper: value }
        : { ...cell, below: middle, lower: value };
    });
  }
  return found
    .filter(({ lower, upper, change }) => Math.abs(upper - lower) > left * change)
    .map(({ below, above }) => (below + above) / 2);
}

function named(trial: Trial, index: number): Outcome {
  const { kinks } = trial.settings.capabilities;
  const places = kinks?.(valuesByPath(trial, trial.params), index) ?? [];
  const breaks = ([0, 1] as const).flatMap((which) => breaksOf(trial, index, which));
  const other = breaks.find((at) => places.every((place) => Math.abs(place - at) > 2e-3 * (1 + Math.abs(at))));
  if (other === undefined) return passed('none but those');
  const known = places.map((place) => place.toPrecision(4)).join(', ') || 'nowhere';
  return failed(
    `Expected the log-slope of number ${index} to have kinks at ${known}, and it has one at ${other.toPrecision(4)} too`,
  );
}

/** A layer breaks where it says so and nowhere else. */
export const kinks: Check = {
  name: 'kinks',
  holds: 'the log-slope of each number is smooth but at the kinks that the layer names',
  allows: '–',
  applies: ({ kind, settings, maps }) =>
    kind === 'layer' && settings.capabilities.kinks !== undefined && maps.some(({ name }) => name === 'inverse'),
  run: (trial) => {
    registerGradients();
    return worst(Array.from({ length: sizeOf(trial.model.eventShape) }, (_, index) => named(trial, index)));
  },
};
