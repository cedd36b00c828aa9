import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import type { Points } from '../../trial/points.ts';
import { hasBothDirections, opposite, type RowMap } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial, widthOf } from '../../trial/trial.ts';

/** A row of each of the numbers that the options name, in every place, with a context of its own. */
function namedPoints(trial: Trial, map: RowMap): Points {
  const { points } = trial.settings;
  const width = widthOf(map);
  const { context } = drawPoints(trial, map, points.length, 'round trip at points');
  return {
    rows: points.length,
    values: Float32Array.from(points.flatMap((v) => Array<number>(width).fill(v))),
    context,
  };
}

/** There and back again where pieces meet and where an interval ends, which random points miss. */
export const roundTripPoints: Check = {
  name: 'round-trip-points',
  holds: 'inverse(forward(z)) = z and forward(inverse(x)) = x at the points that the options name: knots and bounds',
  allows: toleranceText.roundTrip,
  applies: (subject) =>
    hasBothDirections(subject) &&
    subject.settings.points.length > 0 &&
    subject.maps.every(
      ({ interval }) => !interval || subject.settings.points.every((v) => v >= interval[0] && v <= interval[1]),
    ),
  run: (trial) =>
    worst(
      trial.maps.map((there) => {
        const points = namedPoints(trial, there);
        const back = opposite(trial, there);
        const [middle] = evaluate(trial, there, points);
        const [actual] = evaluate(trial, back, { ...points, values: middle as Float32Array });
        const what = `${back.name}(${there.name}(${there.name === 'forward' ? 'z' : 'x'}))`;
        const tolerance = trial.tolerances.roundTrip;
        return close({ what, actual: actual as Float32Array, expected: points.values, tolerance, points });
      }),
    ),
};
