import { disposeParams } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { hostLeaves, type Trial } from '../../trial/trial.ts';

function initial(trial: Trial): ReadonlyMap<string, Float32Array | null> {
  const params = trial.model.init(trial.place.seed);
  const values = hostLeaves(trial, params);
  disposeParams(trial.model.layout, params);
  return values;
}

/** The same seed gives the same parameters. */
export const seededInit: Check = {
  name: 'seeded-init',
  holds: 'init with the same seed returns the same parameters, bit for bit',
  allows: '0',
  run: (trial) => {
    const [first, second] = [initial(trial), initial(trial)];
    return worst(
      [...first].flatMap(([path, expected]) => {
        const actual = second.get(path);
        return expected && actual ? [close({ what: `'${path}'`, actual, expected, tolerance: 0 })] : [];
      }),
    );
  },
};
