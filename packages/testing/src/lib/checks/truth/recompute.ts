import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { evaluate, hostGradients } from '../../trial/evaluate.ts';
import type { Points } from '../../trial/points.ts';
import { hasBothDirections } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints } from '../../trial/trial.ts';

/** Gradients with inputs rebuilt from outputs are those with stored activations. */
export const recompute: Check = {
  name: 'recompute',
  holds: "gradients with gradient: 'recompute' are those with 'store'",
  allows: toleranceText.gradient,
  applies: hasBothDirections,
  run: (trial) => {
    const { rows } = trial.settings;
    const { tolerances } = trial;
    return worst(
      trial.maps.flatMap((map) => {
        const points = drawPoints(trial, map, rows, 'recompute');
        const rebuilt = { call: { gradient: 'recompute' } } as const;
        const [expected, actual] = [hostGradients(trial, map, points), hostGradients(trial, map, points, rebuilt)];
        const outputs = evaluate(trial, map, points, rebuilt);
        const compare = (what: string, a: Float32Array, b: Float32Array, among: Points | null = points) =>
          close({ what, actual: a, expected: b, tolerance: tolerances.gradient, ...(among && { points: among }) });
        return [
          ...evaluate(trial, map, points).map((output, i) =>
            compare(`${map.name}.${map.outputs[i]?.name}`, outputs[i] as Float32Array, output),
          ),
          compare(`the gradient of ${map.name} with respect to its input`, actual.point, expected.point),
          ...(expected.context && actual.context
            ? [compare(`the gradient of ${map.name} with respect to its context`, actual.context, expected.context)]
            : []),
          ...[...expected.params].map(([path, gradient]) =>
            compare(
              `the gradient of ${map.name} at '${path}'`,
              actual.params.get(path) as Float32Array,
              gradient,
              null,
            ),
          ),
        ];
      }),
    );
  },
};
