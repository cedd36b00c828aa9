import type { Check } from '../check.ts';
import { type EvaluateOptions, evaluate } from '../evaluate.ts';
import { close, type Outcome, worst } from '../outcome.ts';
import { drawPoints, type Trial } from '../trial.ts';

/** Goes there and back, from both sides, and compares where it arrives with where it set out. */
export function roundTrips(trial: Trial, tolerance: number, options: EvaluateOptions = {}): Outcome {
  const { rows } = trial.settings;
  return worst(
    trial.maps.map((there) => {
      const back = trial.maps.find((map) => map !== there) ?? there;
      const points = drawPoints(trial, there, rows, 'round trip');
      const [middle] = evaluate(trial, there, points, options);
      const [actual] = evaluate(trial, back, { ...points, values: middle as Float32Array }, options);
      const what = `${back.name}(${there.name}(${there.name === 'forward' ? 'z' : 'x'}))`;
      return close({ what, actual: actual as Float32Array, expected: points.values, tolerance, rows });
    }),
  );
}

/** `forward` undoes `inverse` and `inverse` undoes `forward`. */
export const roundTrip: Check = {
  name: 'round-trip',
  holds: 'forward(inverse(x)) = x and inverse(forward(z)) = z',
  run: (trial) => roundTrips(trial, trial.tolerances.roundTrip),
};
