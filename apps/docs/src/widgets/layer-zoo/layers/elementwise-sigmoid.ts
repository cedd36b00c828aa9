import { elementwise } from '@diffeo/layers-elementwise';
import { sigmoid } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: sigmoid() })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/sigmoid'],
  says: 'Gives numbers between 0 and 1, for shares and probabilities.',
  spec: elementwise({ transform: sigmoid() }),
  half: 4,
  order: 34,
};
