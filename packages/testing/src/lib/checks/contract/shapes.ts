import { sameShape, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import type { Check } from '../../plan/check.ts';
import { failed, type Outcome, passed } from '../../plan/outcome.ts';
import { callWith } from '../../trial/evaluate.ts';
import { drawPoints, enter, type Trial } from '../../trial/trial.ts';

const list = (shape: readonly number[] | null): string => (shape ? `[${shape.join(', ')}]` : 'null');

function declared({ model, place }: Trial): Outcome {
  const { bijector, baseShape, eventShape, latents } = model;
  const { contextShape } = bijector;
  if (!sameShape(bijector.eventShape, eventShape)) {
    return failed(`Expected event shape ${list(eventShape)}, as asked, and got ${list(bijector.eventShape)}`);
  }
  if (sizeOf(baseShape) !== sizeOf(eventShape)) {
    return failed(`An invertible map keeps its ${sizeOf(eventShape)} numbers; its base shape is ${list(baseShape)}`);
  }
  if (contextShape && !(place.contextShape && sameShape(contextShape, place.contextShape))) {
    return failed(
      `Expected context shape ${list(place.contextShape)}, as offered, or null; it declares ${list(contextShape)}`,
    );
  }
  const named = latents.reduce((total, { size }) => total + size, 0);
  if (named !== sizeOf(baseShape)) {
    return failed(`Its latents name ${named} numbers and its base shape holds ${sizeOf(baseShape)}`);
  }
  return passed();
}

/** Shapes declared, asked and returned are the same; values are float32. */
export const shapes: Check = {
  name: 'shapes',
  holds: 'the shapes it declares are those it returns, and every value is float32',
  allows: '–',
  run: (trial) => {
    const outcome = declared(trial);
    if (!outcome.passed) return outcome;
    const { rows } = trial.settings;
    for (const map of trial.maps) {
      const found = tidied(() => {
        const entered = enter(trial, map, drawPoints(trial, map, rows, 'shapes'));
        return map.run(trial.params, entered.point, callWith(entered)).map(({ shape, dtype }) => ({ shape, dtype }));
      });
      for (const [i, { name, rowShape }] of map.outputs.entries()) {
        const expected = [rows, ...rowShape];
        const { shape, dtype } = found[i] as (typeof found)[number];
        if (sameShape(shape, expected) && dtype === 'float32') continue;
        return failed(`${map.name}.${name}: expected float32 ${list(expected)} and got ${dtype} ${list(shape)}`);
      }
    }
    return passed('as declared');
  },
};
