import { reverse } from '@diffeo/layers-glow';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'reverse()',
  package: '@diffeo/layers-glow',
  types: ['@diffeo/layers-glow/reverse'],
  says: 'Reverses the order of the channels. It costs nothing: logDet is 0.',
  spec: reverse(),
  order: 23,
};
