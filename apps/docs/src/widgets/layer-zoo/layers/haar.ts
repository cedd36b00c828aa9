import { haar } from '@diffeo/layers-glow';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'haar()',
  package: '@diffeo/layers-glow',
  types: ['@diffeo/layers-glow/haar'],
  says: 'Wavelets: of every 2 × 2 block the mean, and the differences across, upwards and along the diagonal.',
  spec: haar(),
  imageShape: [8, 8, 1],
  order: 26,
};
