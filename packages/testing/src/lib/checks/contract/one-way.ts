import { isDiffeoError } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { messageOf } from '../../plan/check.ts';
import { failed, passed } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { directionOf } from '../../trial/subject.ts';
import { drawPoints } from '../../trial/trial.ts';

/** A direction that a layer says it lacks is refused by name, so that nobody takes whatever came for the truth. */
export const oneWay: Check = {
  name: 'one-way',
  holds: 'the direction that it says it lacks throws DiffeoError ONE_WAY',
  allows: '–',
  applies: ({ settings: { capabilities } }) => capabilities.lacks !== undefined,
  run: (trial) => {
    const lacking = trial.settings.capabilities.lacks as 'forward' | 'inverse';
    const map = directionOf(trial.model, lacking, trial.settings);
    try {
      evaluate(trial, map, drawPoints(trial, map, 3, 'one-way'));
      return failed(`${lacking}: expected DiffeoError ONE_WAY, and it answered`);
    } catch (error) {
      if (isDiffeoError(error) && error.code === 'ONE_WAY') return passed('refused');
      return failed(`${lacking}: expected DiffeoError ONE_WAY and got ${messageOf(error)}`);
    }
  },
};
