import type { Check } from '../../plan/check.ts';
import { finite, type Outcome, worst } from '../../plan/outcome.ts';
import { hostGradients } from '../../trial/evaluate.ts';
import { describeRow, takeRows } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import type { Trial } from '../../trial/trial.ts';
import { extremePoints } from './extremes.ts';

/** A parameter's gradient sums over rows, so the row to blame is found by taking each alone. */
function parameterGradients(trial: Trial, map: RowMap): Outcome {
  const points = extremePoints(trial, map);
  const whole = hostGradients(trial, map, points);
  if ([...whole.params.values()].every((gradient) => gradient.every(Number.isFinite))) return worst([]);
  for (let row = 0; row < points.rows; row++) {
    for (const [path, gradient] of hostGradients(trial, map, takeRows(points, [row])).params) {
      const what = `the gradient of ${map.name} with respect to '${path}'`;
      const outcome = finite(what, gradient, () => describeRow(points, points.rows, row));
      if (!outcome.passed) return outcome;
    }
  }
  const [[path, gradient] = ['', []]] = [...whole.params].filter(([, found]) => !found.every(Number.isFinite));
  return finite(`the gradient of ${map.name} with respect to '${path}'`, gradient, () => 'summed over all rows');
}

/** Gradients are finite where values are asked to be. */
export const finiteGradients: Check = {
  name: 'finite-gradients',
  holds: 'its gradients are finite at 0, ±1e-6, ±10 and ±1e3',
  allows: '–',
  run: (trial) =>
    worst(
      trial.maps.flatMap((map) => {
        const points = extremePoints(trial, map);
        const { point, context } = hostGradients(trial, map, points);
        const outcome = (what: string, values: Float32Array) =>
          finite(`the gradient of ${map.name} with respect to its ${what}`, values, (at) =>
            describeRow(points, values.length, at),
          );
        return [
          outcome('input', point),
          ...(context ? [outcome('context', context)] : []),
          parameterGradients(trial, map),
        ];
      }),
    ),
};
