import type { Check } from '../../plan/check.ts';
import { failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import type { RowMap } from '../../trial/subject.ts';
import { drawPoints, type Trial, widthOf } from '../../trial/trial.ts';

function reachesAll(trial: Trial, map: RowMap): Outcome {
  const { settings, place } = trial;
  const points = drawPoints(trial, map, settings.rows, 'context');
  const { context } = drawPoints(trial, map, settings.rows, 'other context');
  const [one] = evaluate(trial, map, points);
  const [other] = evaluate(trial, map, { ...points, context });
  const unchanged = new Set(settings.capabilities.unchanged?.(place.eventShape) ?? []);
  const width = widthOf(map);
  const deaf = Array.from({ length: width }, (_, entry) => entry).find(
    (entry) =>
      !unchanged.has(entry) &&
      Array.from({ length: settings.rows }, (_, row) => row * width + entry).every((at) => one?.[at] === other?.[at]),
  );
  if (deaf === undefined) return passed();
  return failed(`${map.name}: entry ${deaf} of the value is the same with two different contexts in every row`);
}

/** Every number that changes depends on the context: masks of autoregressive networks easily hide it from the first. */
export const contextEverywhere: Check = {
  name: 'context-everywhere',
  holds: 'every number that it changes depends on the context, as it claims',
  allows: '–',
  applies: ({ model, settings }) =>
    model.bijector.contextShape !== null && settings.capabilities.contextReachesAll === true,
  run: (trial) => worst(trial.maps.map((map) => reachesAll(trial, map))),
};
