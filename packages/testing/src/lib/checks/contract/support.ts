import type { Interval } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { describeInput } from '../../trial/points.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

/** Within the interval or at its ends, where rounding takes what is close to them. */
const outsideOf = ([low, high]: Interval, values: Float32Array): number =>
  values.findIndex((v) => !(v >= low && v <= high));

/** The interval that each direction says it maps into. */
function promised({ model }: Trial, name: string): Interval | null {
  const { support } = model.bijector;
  if (!support || support === 'kept') return null;
  return name === 'forward' ? support.codomain : support.domain;
}

/** What a layer says of the numbers that it maps is true, so that flows which compose are those with a density. */
export const support: Check = {
  name: 'support',
  holds: 'values lie in the interval that the layer says it maps to, in both directions',
  allows: '0',
  applies: ({ kind, model }) => kind === 'layer' && model.bijector.support !== undefined,
  run: (trial) =>
    worst(
      trial.maps.map((map): Outcome => {
        const interval = promised(trial, map.name);
        if (!interval) return passed('nothing is said');
        const points = drawPoints(trial, map, 64, 'support');
        const [values] = evaluate(trial, map, points) as [Float32Array];
        const at = outsideOf(interval, values);
        if (at < 0) return passed('within');
        const row = Math.floor(at / (values.length / points.rows));
        return failed(
          `Expected numbers of ${interval[0]} to ${interval[1]} and ${map.name} gave ${values[at]} in row ${row}, ${describeInput(points, row)}`,
        );
      }),
    ),
};
