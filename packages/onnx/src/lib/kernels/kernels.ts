import { convolutionKernels } from './convolutions.ts';
import { elementwiseKernels } from './elementwise.ts';
import type { Lowerings } from './lowering.ts';
import { productKernels } from './products.ts';
import { reductionKernels } from './reductions.ts';
import { selectionKernels } from './selections.ts';
import { shapeKernels } from './shapes.ts';

/** Every kernel of tfjs that can be exported. */
export const kernels: Lowerings = {
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...selectionKernels,
  ...productKernels,
  ...convolutionKernels,
  // Their results are known beforehand, so that they never are in a graph.
  ...Object.fromEntries(
    ['ZerosLike', 'OnesLike', 'Fill', 'Range', 'LinSpace', 'Diag'].map((name) => [name, { lower: () => [] }]),
  ),
};
