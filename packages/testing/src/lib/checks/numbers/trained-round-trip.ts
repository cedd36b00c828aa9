import { disposeParams } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { hasBothDirections } from '../../trial/subject.ts';
import { roundings } from '../../trial/tolerance.ts';
import { train } from '../../trial/train.ts';
import { isTrainable } from '../truth/trainable.ts';
import { roundTrips } from './round-trip.ts';

/** Training makes maps steeper, and rounding with them: a trained flow of 8 layers errs 17 times more than a new one. */
const steeper = 16;

/** The round trip still holds after training. */
export const trainedRoundTrip: Check = {
  name: 'trained-round-trip',
  holds: 'the round trip still holds after training',
  allows: `${steeper * roundings.roundTrip} ε √D L`,
  applies: (subject) => isTrainable(subject) && hasBothDirections(subject),
  run: (trial) => {
    const params = train(trial, trial.settings.trainingSteps);
    try {
      return roundTrips(trial, steeper * trial.tolerances.roundTrip, { params });
    } finally {
      disposeParams(trial.model.layout, params);
    }
  },
};
