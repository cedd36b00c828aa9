import { invert } from '@diffeo/core';
import { affineCoupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'invert({ layer: affineCoupling() })',
  package: '@diffeo/core',
  types: ['@diffeo/core/invert'],
  says: 'A layer with its directions exchanged. This is the affine coupling from above, backwards: what grew there shrinks here.',
  spec: invert({ layer: affineCoupling({ conditioner: mlp({ hidden: [8], activation: 'tanh' }), bound: 1.2 }) }),
  seed: 8,
  order: 41,
};
