import type { Check } from '../../plan/check.ts';
import { close, type Outcome, worst } from '../../plan/outcome.ts';
import { type EvaluateOptions, evaluate } from '../../trial/evaluate.ts';
import { hasBothDirections, opposite } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

/** Goes there and back, from both sides, and compares where it arrives with where it set out. */
export function roundTrips(trial: Trial, tolerance: number, options: EvaluateOptions = {}): Outcome {
  return worst(
    trial.maps.map((there) => {
      const back = opposite(trial, there);
      const points = drawPoints(trial, there, trial.settings.rows, 'round trip');
      const [middle] = evaluate(trial, there, points, options);
      const [actual] = evaluate(trial, back, { ...points, values: middle as Float32Array }, options);
      const what = `${back.name}(${there.name}(${there.name === 'forward' ? 'z' : 'x'}))`;
      return close({ what, actual: actual as Float32Array, expected: points.values, tolerance, points });
    }),
  );
}

/** `forward` undoes `inverse` and `inverse` undoes `forward`. */
export const roundTrip: Check = {
  name: 'round-trip',
  holds: 'forward(inverse(x)) = x and inverse(forward(z)) = z',
  allows: toleranceText.roundTrip,
  applies: hasBothDirections,
  run: (trial) => roundTrips(trial, trial.tolerances.roundTrip),
};
