import { leaves } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Check } from '../../plan/check.ts';
import { close, failed, type Outcome, worst } from '../../plan/outcome.ts';
import { callWith } from '../../trial/evaluate.ts';
import type { RowMap } from '../../trial/subject.ts';
import { drawPoints, enter, type Trial } from '../../trial/trial.ts';

function touched(trial: Trial, map: RowMap): readonly Outcome[] {
  const { model, params, settings } = trial;
  const points = drawPoints(trial, map, settings.rows, 'untouched');
  const entered = enter(trial, map, points);
  const given: [string, Tensor][] = [
    ['the input', entered.point],
    ...(entered.context ? [['the context', entered.context] as [string, Tensor]] : []),
    ...leaves(model.layout, params).flatMap(({ path, tensor }): [string, Tensor][] =>
      tensor ? [[`'${path}'`, tensor]] : [],
    ),
  ];
  const before = given.map(([, tensor]) => Float32Array.from(tensor.dataSync()));
  tidied(() => {
    map.run(params, entered.point, callWith(entered));
  });
  const outcomes = given.map(([name, tensor], i) => {
    if (tensor.isDisposed) return failed(`${map.name} disposed ${name}, which its caller owns`);
    const expected = before[i] as Float32Array;
    const what = `${name} after ${map.name}`;
    return close({ what, actual: tensor.dataSync(), expected, tolerance: 0, ...(i === 0 && { points }) });
  });
  entered.point.dispose();
  entered.context?.dispose();
  return outcomes;
}

/** A map neither changes nor disposes what it is given. */
export const inputsUntouched: Check = {
  name: 'inputs-untouched',
  holds: 'it neither changes nor disposes its input, its context or its parameters',
  allows: '0',
  run: (trial) => worst(trial.maps.flatMap((map) => touched(trial, map))),
};
