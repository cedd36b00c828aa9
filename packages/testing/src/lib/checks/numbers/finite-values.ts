import type { Check } from '../../plan/check.ts';
import { finite, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { describeRow } from '../../trial/points.ts';
import { extremePoints } from './extremes.ts';

/** Values and logDets are finite at 0, near it, far from it, and at the points that the options add. */
export const finiteValues: Check = {
  name: 'finite-values',
  holds: 'its outputs are finite at 0, ±1e-6, ±10 and ±1e3',
  allows: '–',
  run: (trial) =>
    worst(
      trial.maps.flatMap((map) => {
        const points = extremePoints(trial, map);
        return evaluate(trial, map, points).map((values, i) =>
          finite(`${map.name}.${map.outputs[i]?.name}`, values, (at) => describeRow(points, values.length, at)),
        );
      }),
    ),
};
