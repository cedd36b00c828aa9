import type { Definition } from '@diffeo/core';
import { attention } from './attention/attention.ts';
import { causalAttention } from './attention/causal-attention.ts';
import { conditionalMixture } from './bases/conditional-mixture.ts';
import { conditionalNormal } from './bases/conditional-normal.ts';
import { convolutional } from './convolutional.ts';
import { maskedMlp } from './masked/masked-mlp.ts';
import { maskedResidualMlp } from './masked/masked-residual-mlp.ts';
import { mlp } from './mlp.ts';
import { residualConvolutional } from './residual/residual-convolutional.ts';
import { residualMlp } from './residual/residual-mlp.ts';

/** The networks of this package, and the bases that networks of the context make, for `load`. */
export const networkDefinitions: readonly Definition[] = [
  mlp,
  residualMlp,
  maskedMlp,
  maskedResidualMlp,
  convolutional,
  residualConvolutional,
  attention,
  causalAttention,
  conditionalNormal,
  conditionalMixture,
];
