import { chain } from '@diffeo/core';
import { affineCoupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import type { ZooLayer } from '../layer-picture.ts';

const couple = (swap: boolean) =>
  affineCoupling({ swap, conditioner: mlp({ hidden: [8], activation: 'tanh' }), bound: 0.7 });

export const layer: ZooLayer = {
  name: 'chain({ layers: […] })',
  package: '@diffeo/core',
  types: ['@diffeo/core/chain'],
  says: 'Several layers as one. Here two couplings: what stays in the first changes in the second, and together they bend the plane in both directions.',
  spec: chain({ layers: [couple(false), couple(true)] }),
  seed: 8,
  order: 40,
};
