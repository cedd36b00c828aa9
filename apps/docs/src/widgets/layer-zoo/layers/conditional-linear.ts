import { conditionalLinear } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'conditionalLinear()',
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/conditional-linear'],
  says: 'Mixes and moves all channels by a matrix and a vector that the context chooses, for each row its own. Here is the matrix of one context.',
  spec: conditionalLinear(),
  strength: 0.5,
  order: 21,
};
