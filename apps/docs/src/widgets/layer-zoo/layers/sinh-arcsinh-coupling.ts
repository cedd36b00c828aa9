import { coupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import { sinhArcsinh } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'coupling({ transform: sinhArcsinh({ bound: 0.5 }) })',
  package: '@diffeo/layers-coupling',
  types: ['@diffeo/layers-coupling/coupling', '@diffeo/ops/sinh-arcsinh'],
  says: 'One number stays, and a network of it makes the other skewed, and its tails heavier or lighter.',
  spec: coupling({ transform: sinhArcsinh({ bound: 0.5 }), conditioner: mlp({ hidden: [8], activation: 'tanh' }) }),
  strength: 0.7,
  seed: 8,
  order: 12,
};
