import { qrLinear } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'qrLinear()',
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/qr-linear'],
  says: 'Stretches and shears by a triangle, then turns: any matrix that does not mirror.',
  spec: qrLinear(),
  strength: 0.5,
  order: 21,
};
