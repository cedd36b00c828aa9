import { elementwise } from '@diffeo/layers-elementwise';
import { heavyTails } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: heavyTails({ tail: 0.4 }) })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/heavy-tails'],
  says: 'Gives each number tails like those of a Student t, one weight for each side: the outer cells grow most.',
  spec: elementwise({ transform: heavyTails({ tail: 0.4 }) }),
  half: 3,
  strength: 0.5,
  order: 34,
};
