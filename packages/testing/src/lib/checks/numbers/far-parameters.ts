import { disposeParams } from '@diffeo/core';
import { pushParams } from '../../numeric/push-params.ts';
import type { Check } from '../../plan/check.ts';
import { finite, type Outcome, worst } from '../../plan/outcome.ts';
import { evaluate, hostGradients } from '../../trial/evaluate.ts';
import { describeRow } from '../../trial/points.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';
import { isTrainable } from '../truth/trainable.ts';

function pushed(trial: Trial, value: number): readonly Outcome[] {
  const { model, settings } = trial;
  const params = pushParams(model.layout, trial.params, value);
  try {
    return trial.maps.flatMap((map) => {
      const points = drawPoints(trial, map, settings.rows, 'far');
      const where = `with every trainable parameter at ${value}`;
      const outputs = evaluate(trial, map, points, { params }).map((values, i) =>
        finite(`${map.name}.${map.outputs[i]?.name} ${where}`, values, (at) => describeRow(points, values.length, at)),
      );
      const gradients = hostGradients(trial, map, points, { params });
      const slopes = [...gradients.params, ['the input', gradients.point] as const].map(([path, values]) =>
        finite(`the gradient of ${map.name} with respect to ${path} ${where}`, values, (at) => `in entry ${at}`),
      );
      return [...outputs, ...slopes];
    });
  } finally {
    disposeParams(model.layout, params);
  }
}

/**
 * Parameters that training has driven far off neither overflow nor give NaN. For single layers: a chain of them multiplies
 * what each stretches, and overflows with reason.
 */
export const farParameters: Check = {
  name: 'far-parameters',
  holds: 'its outputs and gradients stay finite with every trainable parameter pushed to 20 or −20',
  allows: '–',
  applies: (subject) => isTrainable(subject) && subject.depth === 1,
  run: (trial) => worst([...pushed(trial, 20), ...pushed(trial, -20)]),
};
