import { elementwise } from '@diffeo/layers-elementwise';
import { exp } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: exp() })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/exp'],
  says: 'Gives positive numbers, for amounts and durations: what was below 0 is pressed towards 0, and what was above is stretched.',
  spec: elementwise({ transform: exp() }),
  half: 1.5,
  order: 34,
};
