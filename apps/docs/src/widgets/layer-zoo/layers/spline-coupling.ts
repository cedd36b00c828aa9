import { coupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import { rationalQuadratic } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'coupling({ transform: rationalQuadratic() })',
  package: '@diffeo/layers-coupling',
  types: ['@diffeo/layers-coupling/coupling', '@diffeo/ops/rational-quadratic'],
  says: 'One number stays, and a network of it bends the other by a monotone spline: it can be wide at one place and narrow at the next, and is the identity beyond its bound.',
  spec: coupling({
    transform: rationalQuadratic({ bins: 5, bound: 2 }),
    conditioner: mlp({ hidden: [8], activation: 'tanh' }),
  }),
  strength: 0.7,
  seed: 2,
  order: 12,
};
