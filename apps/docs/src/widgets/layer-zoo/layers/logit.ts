import { logit } from '@diffeo/layers-elementwise';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'logit()',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/logit'],
  says: 'Takes numbers between 0 and 1, such as pixels, to the whole line and back: the plane is pressed into a square.',
  spec: logit(),
  half: 4,
  order: 33,
};
