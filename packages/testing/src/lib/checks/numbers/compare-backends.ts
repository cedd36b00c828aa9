import { findBackendFactory } from '@tensorflow/tfjs-core';
import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { useBackend } from '../../trial/backend.ts';
import { evaluate, hostGradients } from '../../trial/evaluate.ts';
import type { Points } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

const compared = ['cpu', 'wasm'] as const;

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

/** The cpu and the wasm backend give the same values and gradients. Runs where both are registered, once. */
export const compareBackends: Check = {
  name: 'compare-backends',
  holds: 'values and gradients on the wasm backend are those on the cpu backend',
  allows: toleranceText.backends,
  applies: ({ place, settings }) =>
    place.backend === settings.backends[0] && compared.every((name) => findBackendFactory(name)),
  run: async (trial) => {
    const { rows } = trial.settings;
    const found: (readonly Computed[])[] = [];
    const points = trial.maps.map((map) => drawPoints(trial, map, rows, 'backends'));
    for (const backend of compared) {
      await useBackend(backend);
      found.push(trial.maps.flatMap((map, i) => compute(trial, map, points[i] as Points)));
    }
    await useBackend(trial.place.backend);
    const [expected = [], actual = []] = found;
    return worst(
      expected.map(({ what, values, points: among }, i) =>
        close({
          what: `${what} on ${compared[1]}, against ${compared[0]}`,
          actual: actual[i]?.values ?? [],
          expected: values,
          tolerance: trial.tolerances.backends,
          ...(among && { points: among }),
        }),
      ),
    );
  },
};
