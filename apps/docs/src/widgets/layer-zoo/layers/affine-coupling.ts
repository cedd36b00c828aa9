import { affineCoupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'affineCoupling()',
  package: '@diffeo/layers-coupling',
  types: ['@diffeo/layers-coupling/coupling', '@diffeo/ops/affine', '@diffeo/networks/mlp'],
  says: 'One number stays; a network of it says how the other is stretched and shifted. Any network will do, since it is never inverted.',
  spec: affineCoupling({ conditioner: mlp({ hidden: [8], activation: 'tanh' }), bound: 1.2 }),
  seed: 8,
  order: 10,
};
