import { unsqueeze } from '@diffeo/layers-glow';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'unsqueeze()',
  package: '@diffeo/layers-glow',
  types: ['@diffeo/layers-glow/unsqueeze'],
  says: 'The opposite of squeeze: four channels (here four times the digit) become the pixels of 2 × 2 blocks.',
  spec: unsqueeze(),
  imageShape: [8, 8, 4],
  order: 25,
};
