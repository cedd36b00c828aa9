import { fold } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { hasBothDirections } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints } from '../../trial/trial.ts';
import { roundTrips } from '../numbers/round-trip.ts';
import { cancels } from '../truth/log-dets-cancel.ts';

/** With a seed in the call, training noise is on: the same noise in both directions, and the same for the same seed. */
export const seededNoise: Check = {
  name: 'seeded-noise',
  holds: 'the same call.seed gives the same map, in both directions',
  allows: `0 repeated; ${toleranceText.roundTrip} there and back`,
  applies: ({ kind }) => kind === 'layer',
  run: (trial) => {
    const call = { seed: fold(trial.place.seed, 'noise') };
    const { rows } = trial.settings;
    const repeated = trial.maps.flatMap((map) => {
      const points = drawPoints(trial, map, rows, 'noise');
      const [first, second] = [evaluate(trial, map, points, { call }), evaluate(trial, map, points, { call })];
      return map.outputs.map(({ name }, i) =>
        close({
          what: `${map.name}.${name} with the same seed`,
          actual: second[i] as Float32Array,
          expected: first[i] as Float32Array,
          tolerance: 0,
          points,
        }),
      );
    });
    if (!hasBothDirections(trial)) return worst(repeated);
    return worst([...repeated, roundTrips(trial, trial.tolerances.roundTrip, { call }), cancels(trial, { call })]);
  },
};
