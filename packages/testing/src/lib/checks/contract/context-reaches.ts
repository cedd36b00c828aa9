import type { Check } from '../../plan/check.ts';
import { failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { evaluate, hostGradients } from '../../trial/evaluate.ts';
import type { RowMap } from '../../trial/subject.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

function reaches(trial: Trial, map: RowMap): Outcome {
  const { rows } = trial.settings;
  const points = drawPoints(trial, map, rows, 'context');
  const { context } = drawPoints(trial, map, rows, 'other context');
  const [one, other] = [evaluate(trial, map, points), evaluate(trial, map, { ...points, context })];
  if (one.every((values, i) => values.every((value, at) => value === other[i]?.[at]))) {
    return failed(`${map.name} declares a context, and gives the same with two different ones`);
  }
  const gradient = hostGradients(trial, map, points).context ?? new Float32Array();
  const broken = gradient.find((value) => !Number.isFinite(value));
  if (broken !== undefined) return failed(`${map.name}: the gradient with respect to the context holds ${broken}`);
  if (gradient.some((value) => value !== 0)) return passed();
  return failed(`${map.name} depends on the context, and its gradient with respect to it is 0`);
}

/** A declared context has an effect, and the gradient reaches it. */
export const contextReaches: Check = {
  name: 'context-reaches',
  holds: 'a context that it declares changes what it does, and the gradient reaches it',
  allows: '–',
  applies: ({ kind, model, place, settings }) =>
    kind === 'layer'
      ? model.bijector.contextShape !== null
      : place.contextShape !== null && settings.capabilities.usesContext === true,
  run: (trial) => worst(trial.maps.map((map) => reaches(trial, map))),
};
