import type { Check } from '../../plan/check.ts';
import { close, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints } from '../../trial/trial.ts';

/** A layer that claims a constant logDet has one. */
export const constantLogDet: Check = {
  name: 'constant-log-det',
  holds: 'logDet is the same at every point, as it claims',
  allows: toleranceText.rows,
  applies: ({ settings }) => settings.capabilities.constantLogDet === true,
  run: (trial) => {
    const { rows } = trial.settings;
    return worst(
      trial.maps.map((map) => {
        const drawn = drawPoints(trial, map, rows, 'constant');
        // One context for all rows: the constant may depend on it.
        const size = drawn.context ? drawn.context.length / rows : 0;
        const context = drawn.context?.map((_, i, all) => all[i % size] as number) ?? null;
        const points = { ...drawn, context };
        const logDets = evaluate(trial, map, points)[1] as Float32Array;
        const expected = logDets.map(() => logDets[0] as number);
        return close({
          what: `${map.name}'s logDet`,
          actual: logDets,
          expected,
          tolerance: trial.tolerances.rows,
          points,
        });
      }),
    );
  },
};
