import { autoregressive } from '@diffeo/layers-autoregressive';
import { maskedMlp } from '@diffeo/networks';
import { affine } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'autoregressive({ transform: affine() })',
  package: '@diffeo/layers-autoregressive',
  types: ['@diffeo/layers-autoregressive/autoregressive'],
  says: 'Each number is moved and stretched by what a masked network makes of those before it: the first by a constant, the second by the first. One layer reaches all of them.',
  spec: autoregressive({
    transform: affine({ bound: 1 }),
    conditioner: maskedMlp({ hidden: [8], activation: 'tanh' }),
  }),
  strength: 1.2,
  seed: 4,
  order: 14,
};
