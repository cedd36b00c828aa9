import { chain } from '@diffeo/core';
import { elementwise } from '@diffeo/layers-elementwise';
import { exp, power } from '@diffeo/ops';
import type { ZooLayer } from '../layer-picture.ts';

export const layer: ZooLayer = {
  name: 'elementwise({ transform: power() })',
  package: '@diffeo/layers-elementwise',
  types: ['@diffeo/layers-elementwise/elementwise', '@diffeo/ops/power'],
  says: 'Of positive numbers, each to its own learned power; here behind exp().',
  spec: chain({ layers: [elementwise({ transform: power() }), elementwise({ transform: exp() })] }),
  half: 1.2,
  strength: 1.2,
  order: 34,
};
