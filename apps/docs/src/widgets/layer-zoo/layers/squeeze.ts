import { squeeze } from '@diffeo/layers-glow';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'squeeze()',
  package: '@diffeo/layers-glow',
  types: ['@diffeo/layers-glow/squeeze'],
  says: 'Makes channels of the pixels of every 2 × 2 block, so that couplings can split an image by channels.',
  spec: squeeze(),
  imageShape: [8, 8, 1],
  order: 24,
};
