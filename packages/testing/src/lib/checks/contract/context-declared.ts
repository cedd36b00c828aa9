import { isDiffeoError, type Shape } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { zeros } from '@tensorflow/tfjs-core';
import type { Check } from '../../plan/check.ts';
import { messageOf } from '../../plan/check.ts';
import { close, failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import type { RowMap } from '../../trial/subject.ts';
import { drawPoints, enter, type Trial } from '../../trial/trial.ts';

/** A declared context that is missing or misshapen is an error by name. */
function refuses(trial: Trial, map: RowMap, what: string, shape: readonly number[] | null): Outcome {
  try {
    tidied(() => {
      const { point } = enter(trial, map, drawPoints(trial, map, 3, 'refused'));
      map.run(trial.params, point, shape ? { context: zeros([3, ...shape]) } : {});
    });
    return failed(`${map.name} with ${what}: expected DiffeoError CONTEXT, and it answered`);
  } catch (error) {
    if (isDiffeoError(error) && error.code === 'CONTEXT') return passed();
    return failed(`${map.name} with ${what}: expected DiffeoError CONTEXT and got ${messageOf(error)}`);
  }
}

/** A context that is not declared changes nothing, whether it is there or not. */
function ignores(trial: Trial, map: RowMap): readonly Outcome[] {
  const { rows } = trial.settings;
  const points = drawPoints(trial, map, rows, 'context');
  const other = drawPoints(trial, map, rows, 'other context');
  const expected = evaluate(trial, map, points);
  const changed: readonly [string, Float32Array | null][] = [
    ['another context', other.context],
    // A conditional flow demands a context before its base is asked.
    ...(trial.kind === 'layer' ? [['no context', null] satisfies [string, null]] : []),
  ];
  return changed.flatMap(([what, context]) => {
    const found = evaluate(trial, map, { ...points, context });
    return map.outputs.map(({ name }, i) =>
      close({
        what: `${map.name}.${name} with ${what}, which it does not declare`,
        actual: found[i] as Float32Array,
        expected: expected[i] as Float32Array,
        tolerance: 0,
        points,
      }),
    );
  });
}

/** The shape of the context that a part takes: what a layer declares, what a base distribution claims to use. */
const taken = ({ kind, model, place, settings }: Trial): Shape | null => {
  if (kind === 'layer') return model.bijector.contextShape;
  return settings.capabilities.usesContext ? place.contextShape : null;
};

/** What a part does with a context is what it declares. */
export const contextDeclared: Check = {
  name: 'context-declared',
  holds: 'a context that it declares is required and its shape checked; one that it does not declare is ignored',
  allows: '0',
  applies: ({ place }) => place.contextShape !== null,
  run: (trial) => {
    const contextShape = taken(trial);
    if (!contextShape) {
      if (trial.settings.capabilities.usesContext) {
        return failed('It claims to use the context, and declares contextShape null where there is one');
      }
      return worst(trial.maps.flatMap((map) => ignores(trial, map)));
    }
    const wider = contextShape.length ? contextShape.with(-1, (contextShape.at(-1) as number) + 1) : [2];
    return worst(
      trial.maps.flatMap((map) => [
        refuses(trial, map, 'no context', null),
        refuses(trial, map, `a context [3, ${wider.join(', ')}]`, wider),
      ]),
    );
  },
};
