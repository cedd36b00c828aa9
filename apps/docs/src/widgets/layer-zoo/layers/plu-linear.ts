import { pluLinear } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: "pluLinear({ init: 'rotation' })",
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/plu-linear'],
  says: 'Mixes all channels by a matrix that is kept in factors, so that its determinant is a product. On images it is the 1×1 convolution of Glow.',
  spec: pluLinear({ init: 'rotation' }),
  strength: 0.4,
  order: 21,
};
