import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { drawPoints } from '../../trial/trial.ts';

/** The same input gives the same output, whatever was computed in between: no caches, no noise without a seed. */
export const deterministic: Check = {
  name: 'deterministic',
  holds: 'the same input gives the same output, bit for bit, whatever was computed in between',
  allows: '0',
  run: (trial) => {
    const { rows } = trial.settings;
    return worst(
      trial.maps.flatMap((map) => {
        const points = drawPoints(trial, map, rows, 'deterministic');
        const first = evaluate(trial, map, points);
        for (const other of trial.maps) evaluate(trial, other, drawPoints(trial, other, rows + 1, 'in between'));
        const second = evaluate(trial, map, points);
        return map.outputs.map(({ name }, i) =>
          close({
            what: `${map.name}.${name}, the second time`,
            actual: second[i] as Float32Array,
            expected: first[i] as Float32Array,
            tolerance: 0,
            points,
          }),
        );
      }),
    );
  },
};
