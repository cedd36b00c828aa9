import { fullLinear } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'fullLinear()',
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/full-linear'],
  says: 'Mixes all channels by a matrix that is kept as it is, and inverted by elimination. It may turn space over.',
  spec: fullLinear(),
  strength: 0.6,
  order: 21,
};
