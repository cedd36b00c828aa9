import { invertibleLinear } from '@diffeo/layers-glow';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: "invertibleLinear({ init: 'rotation' })",
  package: '@diffeo/layers-glow',
  types: ['@diffeo/layers-glow/invertible-linear'],
  says: 'Mixes all channels by a matrix that is kept in factors, so that its determinant is a product. On images it is the 1×1 convolution of Glow.',
  spec: invertibleLinear({ init: 'rotation' }),
  strength: 0.4,
  order: 21,
};
