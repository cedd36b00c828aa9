import { permute } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'permute({ seed: 3 })',
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/permute'],
  says: 'Exchanges channels in an order that a seed draws, so that another half stays at the next coupling. Of two numbers there is one exchange: a mirror image.',
  spec: permute({ seed: 3 }),
  order: 22,
};
