import { triangularLinear } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'triangularLinear()',
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/triangular-linear'],
  says: 'Mixes each number with those before it. Any Gaussian is such a map of the round one.',
  spec: triangularLinear(),
  strength: 0.5,
  order: 21,
};
