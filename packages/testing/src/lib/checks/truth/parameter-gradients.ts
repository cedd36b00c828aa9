import type { Check } from '../../plan/check.ts';
import { failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { hostGradients } from '../../trial/evaluate.ts';
import { drawPoints } from '../../trial/trial.ts';
import { isTrainable } from './trainable.ts';

function usable(what: string, gradient: Float32Array): Outcome {
  const broken = gradient.find((value) => !Number.isFinite(value));
  if (broken !== undefined) return failed(`${what}: expected finite numbers and got ${broken}`);
  if (gradient.length === 0 || gradient.some((value) => value !== 0)) return passed();
  return failed(`${what}: expected it not to vanish, and all of its ${gradient.length} entries are 0`);
}

/** Each trainable parameter is reached by the gradient, in each direction. */
export const parameterGradients: Check = {
  name: 'parameter-gradients',
  holds: 'each trainable parameter gets a finite gradient that is not all zeros',
  allows: '–',
  applies: isTrainable,
  run: (trial) =>
    worst(
      trial.maps.flatMap((map) => {
        const { params } = hostGradients(trial, map, drawPoints(trial, map, 16, 'gradients'));
        return [...params].map(([path, gradient]) => usable(`the gradient of ${map.name} at '${path}'`, gradient));
      }),
    ),
};
