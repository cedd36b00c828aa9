import { type Differentiable, openTapes, runDifferentiable, tidied } from '@diffeo/core/engine';
import { getBackend, getKernel, type Tensor } from '@tensorflow/tfjs-core';

/** An operation with a fast form, whose kernel a backend may or may not have, and a reference that runs everywhere. */
export interface FusedOp<I extends Readonly<Record<string, Tensor>>, O extends readonly Tensor[]>
  extends Differentiable<I, O> {
  /** The kernel that `forward` and `backward` rely on. */
  readonly kernel: string;
  /** The truth: the same function, composed of tfjs operations. Every fast form is tested against it. */
  reference(inputs: I): O;
}

/**
 * One node of the tape, several outputs, any saved tensors. Runs the reference instead where the backend has no such
 * kernel, and where a second tape is open: that gradient will be differentiated again, which only a composition allows.
 */
export const fusedOp = <I extends Readonly<Record<string, Tensor>>, O extends readonly Tensor[]>(
  op: FusedOp<I, O>,
): O => {
  const tapes = openTapes();
  if (tapes > 1 || !getKernel(op.kernel, getBackend())) return op.reference(op.inputs);
  // Where nothing is taped there is no node to make and nothing to save.
  return tapes === 0 ? tidied(() => op.forward(op.inputs, () => undefined)) : runDifferentiable(op);
};
