import { elementwise } from '@diffeo/layers-elementwise';
import { tanh } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: tanh() })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/tanh'],
  says: 'Gives numbers between −1 and 1.',
  spec: elementwise({ transform: tanh() }),
  order: 34,
};
