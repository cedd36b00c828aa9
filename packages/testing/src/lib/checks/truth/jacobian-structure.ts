import type { Check } from '../../plan/check.ts';
import { close, failed, type Outcome, passed, show, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import type { Points } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial, widthOf } from '../../trial/trial.ts';
import { rowJacobian } from './row-jacobian.ts';

const mayBeNonZero = {
  diagonal: (i: number, j: number) => i === j,
  'lower-triangular': (i: number, j: number) => i >= j,
  'upper-triangular': (i: number, j: number) => i <= j,
};

function structure(trial: Trial, map: RowMap, points: Points): Outcome {
  const { jacobian } = trial.settings.capabilities;
  if (!jacobian) return passed();
  const n = widthOf(map);
  const matrix = rowJacobian(trial, map, points, 0);
  for (const [at, entry] of matrix.entries()) {
    const [i, j] = [Math.floor(at / n), at % n];
    if (mayBeNonZero[jacobian](i, j) || Math.abs(entry) <= trial.tolerances.roundTrip) continue;
    return failed(`${map.name}: expected a ${jacobian} Jacobian; output ${i} depends on input ${j} by ${show(entry)}`);
  }
  return passed(`${map.name}: ${jacobian}`);
}

function unchanged(trial: Trial, map: RowMap, points: Points): Outcome {
  const { capabilities, rows } = trial.settings;
  const kept = capabilities.unchanged?.(trial.place.eventShape) ?? [];
  const n = widthOf(map);
  const pick = (values: Float32Array): number[] =>
    Array.from({ length: rows }, (_, row) => kept.map((entry) => values[row * n + entry] as number)).flat();
  const what = `${map.name}: the entries that it claims to leave as they are (${kept.join(', ')})`;
  const [actual] = evaluate(trial, map, points);
  return close({ what, actual: pick(actual as Float32Array), expected: pick(points.values), tolerance: 0, points });
}

/** The Jacobian has the shape that the layer claims, and what it claims to leave alone is left alone. */
export const jacobianStructure: Check = {
  name: 'jacobian-structure',
  holds: 'its Jacobian has the structure that it claims',
  allows: `0 where it claims to change nothing; ${toleranceText.roundTrip} where it claims a 0`,
  applies: ({ kind, settings: { capabilities } }) =>
    kind === 'layer' && (capabilities.jacobian !== undefined || capabilities.unchanged !== undefined),
  run: (trial) =>
    worst(
      trial.maps.flatMap((map) => {
        const points = drawPoints(trial, map, trial.settings.rows, 'structure');
        return [structure(trial, map, points), unchanged(trial, map, points)];
      }),
    ),
};
