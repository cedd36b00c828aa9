import { tidied } from '@diffeo/core/engine';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { jacobian } from '../../numeric/jacobian.ts';
import { callWith } from '../../trial/evaluate.ts';
import { type Points, takeRows } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { enter, type Trial, widthOf } from '../../trial/trial.ts';

/** The Jacobian of a map's value at one row of a batch, over the flattened event. */
export function rowJacobian(trial: Trial, map: RowMap, points: Points, row: number): Float64Array {
  const entered = enter(trial, map, takeRows(points, [row]));
  const call = callWith(entered);
  const value = (event: Tensor): Tensor => {
    const [mapped] = map.run(trial.params, reshape(event, [1, ...map.rowShape]), call);
    return reshape(mapped as Tensor, [widthOf(map)]);
  };
  const at = tidied(() => reshape(entered.point, [widthOf(map)]));
  const matrix = jacobian(value, at);
  at.dispose();
  entered.point.dispose();
  entered.context?.dispose();
  return matrix;
}
