import { contaminatedNormal } from '../bases/contaminated-normal.ts';
import { diagonalNormal } from '../bases/diagonal-normal.ts';
import { normalMixture } from '../bases/normal-mixture.ts';
import { standardNormal } from '../bases/standard-normal.ts';
import { studentT } from '../bases/student-t.ts';
import { uniformBox } from '../bases/uniform-box.ts';
import { chain } from '../layers/chain.ts';
import { invert } from '../layers/invert.ts';
import type { Definition } from './define.ts';

/** What this package defines, for `load`: base distributions, `chain`, `invert`. */
export const coreDefinitions: readonly Definition[] = [
  standardNormal,
  diagonalNormal,
  uniformBox,
  studentT,
  contaminatedNormal,
  normalMixture,
  chain,
  invert,
];
