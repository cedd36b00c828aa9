import { elementwise } from '@diffeo/layers-elementwise';
import { yeoJohnson } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: yeoJohnson() })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/yeo-johnson'],
  says: 'Bends the skewness of each number by one parameter: one tail grows longer and the other shorter.',
  spec: elementwise({ transform: yeoJohnson() }),
  half: 3,
  strength: 1.5,
  order: 34,
};
