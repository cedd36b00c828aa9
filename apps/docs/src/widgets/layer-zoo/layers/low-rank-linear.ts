import { lowRankLinear } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'lowRankLinear()',
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/low-rank-linear'],
  says: 'Stretches along a few directions on top of a diagonal: few numbers for many channels.',
  spec: lowRankLinear(),
  strength: 0.6,
  order: 21,
};
