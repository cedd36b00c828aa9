import { imageCoupling } from '@diffeo/layers-coupling';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: "imageCoupling({ mask: 'checkerboard' })",
  package: '@diffeo/layers-coupling',
  types: ['@diffeo/layers-coupling/coupling', '@diffeo/networks/convolutional'],
  says: 'Every other pixel stays, and a convolutional network of these stretches and shifts the others. With the mask channels, half of the channels stay.',
  spec: imageCoupling({ mask: 'checkerboard', width: 8 }),
  imageShape: [8, 8, 1],
  order: 13,
};
