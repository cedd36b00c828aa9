import { autoregressive } from '@diffeo/layers-autoregressive';
import { causalAttention } from '@diffeo/networks';
import { affine } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'autoregressive({ conditioner: causalAttention() })',
  package: '@diffeo/layers-autoregressive',
  types: ['@diffeo/layers-autoregressive/autoregressive'],
  says: 'A transformer that sees only the numbers before says how each is moved and stretched. TarFlow is a chain of these over patches of an image.',
  spec: autoregressive({
    transform: affine({ bound: 1 }),
    conditioner: causalAttention({ width: 8, heads: 2, blocks: 1 }),
  }),
  strength: 1,
  seed: 2,
  order: 14,
};
