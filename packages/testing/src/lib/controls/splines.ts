import { concat, mul, neg, slice, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { brokenLayer, type NegativeControl } from './broken.ts';
import { changedGradient } from './changed-gradient.ts';
import { type SplineOptions, splineKinks, splineMap } from './spline-map.ts';

const none = (dy: Tensor): Tensor => zerosLike(dy);

/** Zeros for the pieces of the right half. */
function ofLeftHalf(dy: Tensor): Tensor {
  const [dimensions, bins] = dy.shape as [number, number];
  const half = slice(dy, [0, 0], [dimensions, bins >> 1]);
  return concat([half, mul(slice(dy, [0, bins >> 1], [dimensions, bins - (bins >> 1)]), 0)], 1);
}

type Fault = 'forgets-that-its-knots-move' | 'learns-its-slopes-backwards' | 'learns-in-half-of-its-pieces';

/** What may be wrong with the gradient of a map in pieces, by name. */
export const splineFaults: Readonly<Record<Fault, Required<SplineOptions>['change']>> = {
  'forgets-that-its-knots-move': (pieces) => ({
    ...pieces,
    x: changedGradient(pieces.x, none),
    y: changedGradient(pieces.y, none),
  }),
  'learns-its-slopes-backwards': (pieces) => ({
    ...pieces,
    left: changedGradient(pieces.left, neg),
    right: changedGradient(pieces.right, neg),
  }),
  'learns-in-half-of-its-pieces': (pieces) => ({ ...pieces, height: changedGradient(pieces.height, ofLeftHalf) }),
};

const shape = { bins: 4, reach: 2 } as const;

/** Splines whose gradient is wrong: their kinks must not hide it, whether they name them or not. And one that names too few. */
export const splineControls = (): readonly NegativeControl<'layer'>[] => [
  ...Object.entries(splineFaults).map(([name, change]) =>
    brokenLayer(
      name,
      'taylor-test',
      'Expected order 2 and got',
      ({ eventShape }) => splineMap(eventShape, { ...shape, change }),
      { trainingSteps: 20 },
    ),
  ),
  brokenLayer(
    'names-its-kinks-and-learns-its-slopes-backwards',
    'taylor-test',
    'Expected order 2 and got',
    ({ eventShape }) => splineMap(eventShape, { ...shape, change: splineFaults['learns-its-slopes-backwards'] }),
    { trainingSteps: 20, capabilities: { kinks: splineKinks(shape) } },
  ),
  brokenLayer(
    'names-its-ends-and-not-its-knots',
    'kinks',
    'Expected the log-slope of number 0 to have kinks at -2.000, 2.000, and it has one at',
    ({ eventShape }) => splineMap(eventShape, shape),
    { trainingSteps: 20, capabilities: { kinks: () => [-shape.reach, shape.reach] } },
  ),
];
