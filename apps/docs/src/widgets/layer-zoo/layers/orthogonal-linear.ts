import { orthogonalLinear } from '@diffeo/layers-linear';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'orthogonalLinear()',
  package: '@diffeo/layers-linear',
  types: ['@diffeo/layers-linear/orthogonal-linear'],
  says: 'Turns. Lengths and volumes stay, so logDet is 0, and the way back is the transpose.',
  spec: orthogonalLinear(),
  strength: 1,
  order: 21,
};
