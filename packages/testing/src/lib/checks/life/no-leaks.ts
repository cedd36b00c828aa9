import { countTensors } from '../../numeric/count-tensors.ts';
import type { Check } from '../../plan/check.ts';
import { failed, passed } from '../../plan/outcome.ts';
import { evaluate, hostGradients } from '../../trial/evaluate.ts';
import { drawPoints } from '../../trial/trial.ts';

/**
 * More than the few after which something may be kept or captured. Counts are exact, so one call finds what leaks at every call, and these what leaks at every
 * eighth; what leaks less often than that is not found.
 */
const calls = 8;

/** Calls of each direction and of its gradient leave no tensor behind. */
export const noLeaks: Check = {
  name: 'no-leaks',
  holds: `${calls} calls of each direction and of a gradient, each in a tidy, leave no tensor behind`,
  allows: '–',
  run: (trial) => {
    // Parameters are made when first asked for: before the counting.
    const { params } = trial;
    for (const map of trial.maps) {
      const points = drawPoints(trial, map, 3, 'leaks');
      for (const [what, once] of [
        [map.name, () => evaluate(trial, map, points, { params })],
        [`the gradient of ${map.name}`, () => hostGradients(trial, map, points, { params })],
      ] as const) {
        const left = countTensors(() => {
          for (let i = 0; i < calls; i++) once();
        });
        if (left !== 0) return failed(`${calls} calls of ${what}: expected 0 more tensors and got ${left}`);
      }
    }
    return passed('nothing left behind');
  },
};
