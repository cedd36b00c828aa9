import { elementwise } from '@diffeo/layers-elementwise';
import { softplus } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: softplus() })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/softplus'],
  says: 'Gives positive numbers, and leaves large ones nearly as they are.',
  spec: elementwise({ transform: softplus() }),
  half: 4,
  order: 34,
};
