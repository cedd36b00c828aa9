import { findBackendFactory } from '@tensorflow/tfjs-core';
import type { Settings } from '../../options.ts';
import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { useBackend } from '../../trial/backend.ts';
import { evaluate, hostGradients } from '../../trial/evaluate.ts';
import type { Points } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

/** What the others are compared with: every operation of it is plain JavaScript. */
const expectedOf = 'cpu';

/** Which is compared: the first other one of those that are checked on, or else wasm. */
const comparedOf = ({ backends }: Settings): string => backends.find((name) => name !== expectedOf) ?? 'wasm';

/** Numbers that a map computes. */
interface Computed {
  readonly what: string;
  readonly values: Float32Array;
  /** The rows that the values fall into; absent for what sums over them. */
  readonly points?: Points;
}

/** Everything that a map computes. Parameters move to the backend that is current. */
function compute(trial: Trial, map: RowMap, points: Points): readonly Computed[] {
  const outputs = evaluate(trial, map, points);
  const { point, context, params } = hostGradients(trial, map, points);
  const slope = (at: string, values: Float32Array): Computed => ({
    what: `the gradient of ${map.name} at ${at}`,
    values,
  });
  return [
    ...outputs.map((values, i) => ({ what: `${map.name}.${map.outputs[i]?.name}`, values, points })),
    { ...slope('its input', point), points },
    ...(context ? [{ ...slope('its context', context), points }] : []),
    ...[...params].map(([path, values]) => slope(`'${path}'`, values)),
  ];
}

/** Another backend gives the values and gradients of the cpu backend. Runs where both are registered, once. */
export const compareBackends: Check = {
  name: 'compare-backends',
  holds: 'values and gradients on another backend are those on the cpu backend',
  allows: toleranceText.backends,
  applies: ({ place, settings }) =>
    place.backend === settings.backends[0] &&
    [expectedOf, comparedOf(settings)].every((name) => findBackendFactory(name)),
  run: async (trial) => {
    const { rows } = trial.settings;
    const compared = comparedOf(trial.settings);
    const found: (readonly Computed[])[] = [];
    const points = trial.maps.map((map) => drawPoints(trial, map, rows, 'backends'));
    for (const backend of [expectedOf, compared]) {
      await useBackend(backend);
      found.push(trial.maps.flatMap((map, i) => compute(trial, map, points[i] as Points)));
    }
    await useBackend(trial.place.backend);
    const [expected = [], actual = []] = found;
    return worst(
      expected.map(({ what, values, points: among }, i) =>
        close({
          what: `${what} on ${compared}, against ${expectedOf}`,
          actual: actual[i]?.values ?? [],
          expected: values,
          tolerance: trial.tolerances.backends,
          ...(among && { points: among }),
        }),
      ),
    );
  },
};
