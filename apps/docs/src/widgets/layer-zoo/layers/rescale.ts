import { rescale } from '@diffeo/layers-elementwise';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'rescale({ from: [0, 1], to: [−2, 2] })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/rescale'],
  says: 'Brings one interval to another by a straight line that is not learned. Here the square from −2 to 2 becomes that from 0 to 1.',
  spec: rescale({ from: [0, 1], to: [-2, 2] }),
  order: 34,
};
