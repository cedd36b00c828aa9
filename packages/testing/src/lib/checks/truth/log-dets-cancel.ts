import type { Check } from '../../plan/check.ts';
import { close, type Outcome, worst } from '../../plan/outcome.ts';
import { type EvaluateOptions, evaluate } from '../../trial/evaluate.ts';
import { hasBothDirections, opposite } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

/** Compares the logDet of the way there with that of the way back. */
export function cancels(trial: Trial, options: EvaluateOptions = {}): Outcome {
  return worst(
    trial.maps.map((there) => {
      const back = opposite(trial, there);
      const points = drawPoints(trial, there, trial.settings.rows, 'log-dets');
      const [middle, first] = evaluate(trial, there, points, options);
      const [, second] = evaluate(trial, back, { ...points, values: middle as Float32Array }, options);
      return close({
        what: `${back.name}'s logDet, from where ${there.name} arrives, with its sign changed`,
        actual: (second as Float32Array).map((value) => -value),
        expected: first as Float32Array,
        tolerance: trial.tolerances.logDet,
        points,
      });
    }),
  );
}

/** The two log-determinants cancel: each is of the direction called. */
export const logDetsCancel: Check = {
  name: 'log-dets-cancel',
  holds: 'the logDets of the two directions sum to 0',
  allows: toleranceText.logDet,
  applies: hasBothDirections,
  run: (trial) => cancels(trial),
};
