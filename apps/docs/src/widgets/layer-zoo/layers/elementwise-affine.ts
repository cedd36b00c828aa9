import { elementwise } from '@diffeo/layers-elementwise';
import { affine } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: affine() })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/affine'],
  says: 'Each number has its own scale and shift.',
  spec: elementwise({ transform: affine() }),
  order: 34,
};
