import { checkerboard } from './checkerboard.ts';
import { concentricRings, rings } from './concentric-rings.ts';
import { eightGaussians } from './eight-gaussians.ts';
import { pinwheel } from './pinwheel.ts';
import { standardNormal2d } from './standard-normal-2d.ts';
import { swissRoll } from './swiss-roll.ts';
import type { ToyDensity } from './toy-density.ts';
import { twoMoons } from './two-moons.ts';
import { twoSpirals } from './two-spirals.ts';

/** Every toy density by name, each a factory that gives it with its default options. */
export const toyDensities: Readonly<Record<string, () => ToyDensity>> = {
  'two-moons': () => twoMoons(),
  'eight-gaussians': () => eightGaussians(),
  checkerboard: () => checkerboard(),
  rings: () => rings(),
  'concentric-rings': () => concentricRings(),
  pinwheel: () => pinwheel(),
  'two-spirals': () => twoSpirals(),
  'swiss-roll': () => swissRoll(),
  'standard-normal': () => standardNormal2d(),
};
