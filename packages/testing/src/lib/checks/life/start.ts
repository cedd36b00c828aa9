import { disposeParams, type FlowParams, isDiffeoError, leaves, mapParams, sameShape } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { messageOf } from '../../plan/check.ts';
import { close, failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import type { RowMap, Subject } from '../../trial/subject.ts';
import { disposeNew, drawPoints, hostLeaves, startOn, type Trial } from '../../trial/trial.ts';

const startsFromData = ({ model }: Subject): boolean => leaves(model.layout, {}).some(({ leaf }) => leaf.fromData);

function refuses(trial: Trial, map: RowMap, params: FlowParams): Outcome {
  const what = `${map.name} before the start`;
  try {
    evaluate(trial, map, drawPoints(trial, map, 3, 'unstarted'), { params });
    return failed(`${what}: expected DiffeoError UNSTARTED, and it answered`);
  } catch (error) {
    if (isDiffeoError(error) && error.code === 'UNSTARTED') return passed();
    return failed(`${what}: expected DiffeoError UNSTARTED and got ${messageOf(error)}`);
  }
}

/** Everything that the first start must do. */
function firstStart(trial: Trial, before: FlowParams, after: FlowParams): Outcome {
  const { layout } = trial.model;
  const started = new Map(leaves(layout, after).map(({ path, tensor }) => [path, tensor]));
  const outcomes = leaves(layout, before).map(({ path, leaf, tensor }) => {
    const now = started.get(path);
    if (leaf.fromData && tensor) return failed(`'${path}' starts from data: expected null from init and got a tensor`);
    if (!now) return failed(`'${path}': expected a tensor after the start and got null`);
    if (!sameShape(now.shape, leaf.shape)) {
      return failed(`'${path}': expected [${leaf.shape.join(', ')}] after the start and got [${now.shape.join(', ')}]`);
    }
    if (!tensor) return passed();
    const what = `'${path}', which does not start from data, after the start`;
    return close({ what, actual: now.dataSync(), expected: tensor.dataSync(), tolerance: 0 });
  });
  return worst([...outcomes, ...trial.maps.map((map) => refuses(trial, map, before))]);
}

/** A part that starts from data is null before, refuses to run, and is there afterwards. */
export const start: Check = {
  name: 'start',
  holds: 'what starts from data is null at first and refused, and is filled by start, which leaves the rest as it is',
  allows: '0',
  applies: startsFromData,
  run: async (trial) => {
    const { model, place } = trial;
    const before = model.init(place.seed);
    const after = await startOn(trial, before, 32, 'first start');
    const outcome = firstStart(trial, before, after);
    disposeParams(model.layout, before);
    disposeParams(model.layout, after);
    return outcome;
  },
};

/**
 * A start with other data leaves alone what has started: parameters that were loaded or trained are never thrown away.
 * Each leaf that starts from data is taken out in turn, so that there is something to start.
 */
export const startOnce: Check = {
  name: 'start-once',
  holds: 'a start fills what has not started and changes nothing else',
  allows: '0',
  applies: startsFromData,
  run: async (trial) => {
    const { model, params } = trial;
    const before = hostLeaves(trial, params);
    const outcomes: Outcome[] = [];
    const fromData = leaves(model.layout, params).flatMap(({ path, leaf }) => (leaf.fromData ? [path] : []));
    for (const missing of [null, ...fromData]) {
      const partial = mapParams(model.layout, params, (tensor, path) => (path === missing ? null : tensor));
      const started = await startOn(trial, partial, 32, 'another start');
      const after = hostLeaves(trial, started);
      disposeNew(trial, started, partial);
      for (const [path, expected] of before) {
        const actual = after.get(path);
        if (!expected || !actual) outcomes.push(failed(`'${path}' is null after the start`));
        else if (path !== missing) {
          outcomes.push(close({ what: `'${path}' after another start`, actual, expected, tolerance: 0 }));
        }
      }
    }
    return worst(outcomes);
  },
};
