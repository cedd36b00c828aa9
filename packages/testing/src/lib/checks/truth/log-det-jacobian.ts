import { logAbsDeterminant } from '../../numeric/log-abs-determinant.ts';
import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, widthOf } from '../../trial/trial.ts';
import { rowJacobian } from './row-jacobian.ts';

/** Points at which the Jacobian is taken: each costs as many gradients as the event has numbers. */
const count = 3;

/** logDet is what the Jacobian by automatic differentiation says, in both directions. */
export const logDetJacobian: Check = {
  name: 'log-det-jacobian',
  holds: 'logDet is the log absolute determinant of the Jacobian by automatic differentiation, in both directions',
  allows: toleranceText.logDet,
  run: (trial) =>
    worst(
      trial.maps.map((map) => {
        const points = drawPoints(trial, map, count, 'jacobian');
        const actual = evaluate(trial, map, points)[1] as Float32Array;
        const expected = Float64Array.from(actual, (_, row) =>
          logAbsDeterminant(rowJacobian(trial, map, points, row), widthOf(map)),
        );
        const what = `${map.name}'s logDet against its Jacobian's`;
        return close({ what, actual, expected, tolerance: trial.tolerances.logDet, points });
      }),
    ),
};
