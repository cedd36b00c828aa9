import { reverse } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'reverse()',
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/reverse'],
  says: 'Reverses the order of the channels. It costs nothing: logDet is 0.',
  spec: reverse(),
  order: 23,
};
