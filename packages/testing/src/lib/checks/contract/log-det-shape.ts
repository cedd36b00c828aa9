import { tidied } from '@diffeo/core/engine';
import type { Check } from '../../plan/check.ts';
import { failed, passed } from '../../plan/outcome.ts';
import { callWith } from '../../trial/evaluate.ts';
import { drawPoints, enter } from '../../trial/trial.ts';

/** logDet has one number for each row, whatever the number of rows. */
export const logDetShape: Check = {
  name: 'log-det-shape',
  holds: 'logDet is float32 of shape [batch], the event dimensions summed',
  allows: '–',
  run: (trial) => {
    for (const map of trial.maps) {
      for (const rows of [1, trial.settings.rows]) {
        const { shape, dtype } = tidied(() => {
          const entered = enter(trial, map, drawPoints(trial, map, rows, 'log-det-shape'));
          const found = map.run(trial.params, entered.point, callWith(entered)).at(-1);
          return { shape: found?.shape ?? [], dtype: found?.dtype };
        });
        if (shape.length === 1 && shape[0] === rows && dtype === 'float32') continue;
        return failed(`${map.name}: expected a logDet float32 [${rows}] and got ${dtype} [${shape.join(', ')}]`);
      }
    }
    return passed('[batch], float32');
  },
};
