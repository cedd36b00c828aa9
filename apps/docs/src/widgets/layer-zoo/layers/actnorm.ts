import { actnorm } from '@diffeo/layers-glow';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'actnorm()',
  package: '@diffeo/layers-glow',
  types: ['@diffeo/layers-glow/actnorm'],
  says: 'Shifts and scales each channel, so that the data that it starts from have mean 0 and deviation 1. From there it learns.',
  spec: actnorm(),
  strength: 0,
  order: 20,
};
