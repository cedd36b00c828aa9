import { whiten } from '@diffeo/layers-elementwise';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'whiten()',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/whiten'],
  says: 'As standardise, and takes out what is linear between the numbers: their covariance becomes that of the base.',
  spec: whiten(),
  order: 31,
};
