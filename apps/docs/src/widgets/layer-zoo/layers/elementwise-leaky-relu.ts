import { elementwise } from '@diffeo/layers-elementwise';
import { leakyRelu } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: leakyRelu() })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/leaky-relu'],
  says: 'Each number has its own slope below 0: the plane is folded along its axes.',
  spec: elementwise({ transform: leakyRelu() }),
  strength: 1.5,
  order: 34,
};
