import { additiveCoupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'additiveCoupling()',
  package: '@diffeo/layers-coupling',
  types: ['@diffeo/layers-coupling/coupling', '@diffeo/ops/additive'],
  says: 'One number stays and shifts the other. Nothing is stretched: every cell keeps its area, and logDet is 0.',
  spec: additiveCoupling({ conditioner: mlp({ hidden: [8], activation: 'tanh' }) }),
  seed: 8,
  order: 11,
};
