import { sameShape } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Check } from '../../plan/check.ts';
import { messageOf } from '../../plan/check.ts';
import { failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { callWith, hostGradients } from '../../trial/evaluate.ts';
import type { Points } from '../../trial/points.ts';
import { hasBothDirections, opposite, type RowMap } from '../../trial/subject.ts';
import { drawPoints, enter, type Trial } from '../../trial/trial.ts';

/** Runs a map, and from where it arrives the way back, without leaving the device in between. */
function thereAndBack(trial: Trial, map: RowMap, points: Points): readonly (readonly number[])[] {
  return tidied(() => {
    const entered = enter(trial, map, points);
    const call = callWith(entered);
    const outputs = map.run(trial.params, entered.point, call);
    if (hasBothDirections(trial)) opposite(trial, map).run(trial.params, outputs[0] as Tensor, call);
    return outputs.map(({ shape }) => shape);
  });
}

function at(trial: Trial, map: RowMap, rows: number): Outcome {
  const what = `${map.name} of a batch of ${rows}`;
  try {
    const points = drawPoints(trial, map, rows, 'sizes');
    const found = thereAndBack(trial, map, points);
    for (const [i, { name, rowShape }] of map.outputs.entries()) {
      const [shape, expected] = [found[i] ?? [], [rows, ...rowShape]];
      if (!sameShape(shape, expected)) {
        return failed(`${what}: expected ${name} [${expected.join(', ')}] and got [${shape.join(', ')}]`);
      }
    }
    for (const [path, gradient] of hostGradients(trial, map, points).params) {
      // A sum over no rows is 0; backends that return memory as they find it show here.
      const broken = gradient.find((value) => !Number.isFinite(value) || (rows === 0 && value !== 0));
      if (broken === undefined) continue;
      const expected = rows === 0 ? 'zeros' : 'finite numbers';
      return failed(`the gradient of ${what} at '${path}': expected ${expected} and got ${broken}`);
    }
    return passed();
  } catch (error) {
    return failed(`${what} threw ${messageOf(error)}`);
  }
}

/** Batches of every size work, the empty one and the single row included, and so do their gradients. */
export const batchSizes: Check = {
  name: 'batch-sizes',
  holds: 'batches of every size work, the empty one included, and so do their gradients',
  allows: '–',
  run: (trial) => worst(trial.maps.flatMap((map) => trial.settings.batchSizes.map((rows) => at(trial, map, rows)))),
};
