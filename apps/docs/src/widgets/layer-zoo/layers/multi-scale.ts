import { affineCoupling } from '@diffeo/layers-coupling';
import { multiScale } from '@diffeo/layers-glow';
import { mlp } from '@diffeo/networks';
import type { ZooLayer } from '../layer-picture.ts';

const couple = (swap: boolean) =>
  affineCoupling({ swap, conditioner: mlp({ hidden: [8], activation: 'tanh' }), bound: 1 });

export const layer: ZooLayer = {
  name: 'multiScale({ levels: […] })',
  package: '@diffeo/layers-glow',
  types: ['@diffeo/layers-glow/multi-scale'],
  says: 'Holds layers in levels. Behind each level half of the numbers are done and go to the base; the others go on. Here two couplings come before the split, and one number goes on.',
  spec: multiScale({ levels: [{ layers: [couple(false), couple(true)] }, { layers: [couple(false)] }] }),
  seed: 5,
  order: 27,
};
