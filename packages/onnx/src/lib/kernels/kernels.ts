import { convolutionKernels } from './convolutions.ts';
import { elementwiseKernels } from './elementwise.ts';
import type { Lower, Lowerings } from './lowering.ts';
import { productKernels } from './products.ts';
import { reductionKernels } from './reductions.ts';
import { selectionKernels } from './selections.ts';
import { shapeKernels } from './shapes.ts';

const ofConstants: Lower = ({ refuse }) => refuse('of what depends on an input has no equivalent');

/** Every kernel of tfjs that can be exported. */
export const kernels: Lowerings = {
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...selectionKernels,
  ...productKernels,
  ...convolutionKernels,
  // Of constants they are constants, so that they never are in a graph.
  ...Object.fromEntries(
    ['ZerosLike', 'OnesLike', 'Fill', 'Range', 'LinSpace', 'Diag'].map((name) => [name, { lower: ofConstants }]),
  ),
};
