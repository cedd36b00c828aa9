import { autoregressive } from '@diffeo/layers-autoregressive';
import { maskedMlp } from '@diffeo/networks';
import { rationalQuadratic } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'autoregressive({ transform: rationalQuadratic() })',
  package: '@diffeo/layers-autoregressive',
  types: ['@diffeo/layers-autoregressive/autoregressive', '@diffeo/ops/rational-quadratic'],
  says: 'Each number is bent by a spline of those before it: the first by a curve that is always the same, the second by one for each value of the first.',
  spec: autoregressive({
    transform: rationalQuadratic({ bins: 5, bound: 2 }),
    conditioner: maskedMlp({ hidden: [8], activation: 'tanh' }),
  }),
  strength: 0.7,
  seed: 3,
  order: 14,
};
