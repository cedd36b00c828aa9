import {
  chain,
  defineLayer,
  type Flow,
  flow,
  invert,
  leaves,
  type Spec,
  sameShape,
  sizeOf,
  standardNormal,
} from '@diffeo/core';
import { fill, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Check } from '../../plan/check.ts';
import { close, type Outcome, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { directionOf, hasBothDirections, type RowMap, type Subject } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';
import { unheld } from '../../trial/unheld-base.ts';

/** x = 2z, of which every logDet is known: D log 2 forward and −D log 2 inverse. */
const doubling = defineLayer({
  type: '@diffeo/testing/doubling',
  version: 1,
  schema: { '~standard': { version: 1, vendor: 'diffeo', validate: () => ({ value: {} }) } },
  build: (_, { eventShape }) => {
    const times = (factor: number) => (_params: unknown, point: Tensor) => ({
      value: mul(point, factor),
      logDet: fill([point.shape[0] as number], sizeOf(eventShape) * Math.log(factor)),
    });
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout: {},
      init: () => ({}),
      forward: times(2),
      inverse: times(0.5),
    };
  },
});

/** The same parameters in a flow of another structure around the same layer. */
function around(trial: Trial, layer: Spec<'layer'>, wrap: (params: Trial['params']['layers'][number]) => unknown) {
  const { eventShape, contextShape } = trial.place;
  const model = flow({ eventShape, contextShape, layers: [layer], base: unheld({ base: standardNormal() }) });
  const [inner = null] = trial.params.layers;
  return { model, params: { ...trial.params, layers: [wrap(inner)] } as Trial['params'] };
}

/** A direction of another flow, on the points of a map of ours. */
const direction = (model: Flow, trial: Subject, name: RowMap['name']): RowMap =>
  directionOf(model, name === 'inverse' ? 'inverse' : 'forward', trial.settings);

/** data → layer → doubling → base. */
function chained(trial: Trial): readonly Outcome[] {
  const layer = trial.spec as Spec<'layer'>;
  const { model, params } = around(trial, chain({ layers: [layer, doubling()] }), (inner) => [inner, {}]);
  const growth = sizeOf(trial.place.eventShape) * Math.log(2);
  return trial.maps.flatMap((map) => {
    const points = drawPoints(trial, map, trial.settings.rows, 'chain');
    const [value, logDet] = evaluate(trial, map, points) as [Float32Array, Float32Array];
    const inverse = map.name === 'inverse';
    // Halving is exact in float32, and so is doubling it again.
    const from = inverse ? points : { ...points, values: points.values.map((number) => number / 2) };
    const [chainValue, chainLogDet] = evaluate(trial, direction(model, trial, map.name), from, { params });
    const after = `${map.name} of a chain of it and x = 2z`;
    return [
      close({
        what: `${after}: value`,
        actual: chainValue as Float32Array,
        expected: inverse ? value.map((number) => number / 2) : value,
        tolerance: 0,
        points: from,
      }),
      close({
        what: `${after}: logDet, which must differ by ${inverse ? '−' : ''}D log 2`,
        actual: chainLogDet as Float32Array,
        expected: logDet.map((number) => number + (inverse ? -growth : growth)),
        tolerance: trial.tolerances.logDet,
        points: from,
      }),
    ];
  });
}

const invertible = (subject: Subject): boolean =>
  hasBothDirections(subject) &&
  sameShape(subject.model.baseShape, subject.model.eventShape) &&
  !leaves(subject.model.layout, {}).some(({ leaf }) => leaf.fromData);

/** The layer with its directions exchanged. */
function inverted(trial: Trial): readonly Outcome[] {
  if (!invertible(trial)) return [];
  const { model, params } = around(trial, invert({ layer: trial.spec as Spec<'layer'> }), (inner) => inner);
  return trial.maps.flatMap((map) => {
    const points = drawPoints(trial, map, trial.settings.rows, 'invert');
    const expected = evaluate(trial, map, points);
    const other = map.name === 'forward' ? 'inverse' : 'forward';
    const found = evaluate(trial, direction(model, trial, other), points, { params });
    return map.outputs.map(({ name }, i) =>
      close({
        what: `${other}.${name} of invert(it), against its ${map.name}.${name}`,
        actual: found[i] as Float32Array,
        expected: expected[i] as Float32Array,
        tolerance: 0,
        points,
      }),
    );
  });
}

/** Inside other layers it is the map that it is by itself, and what a scale by 2 adds to logDet has the right sign. */
export const chainAndInvert: Check = {
  name: 'chain-and-invert',
  holds:
    'in a chain with x = 2z its values are the same and its logDet differs by ±D log 2; invert exchanges its directions',
  allows: `0; ${toleranceText.logDet} for the logDet of the chain`,
  applies: ({ kind }) => kind === 'layer',
  run: (trial) => worst([...chained(trial), ...inverted(trial)]),
};
