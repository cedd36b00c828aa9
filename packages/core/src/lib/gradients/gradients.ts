import { type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { DiffeoError } from '../contract/error.ts';
import { type LayoutTree, leaves } from '../params/params.ts';
import { differentiate, tidied } from './engine.ts';
import { registerGradients } from './gradient-table.ts';

/** The gradient of one leaf, owned by the caller. */
export interface NamedGradient {
  readonly path: string;
  readonly tensor: Tensor;
}

/**
 * The value of a scalar loss and its gradients with respect to the trainable leaves that `freeze` leaves out, in file
 * order. A leaf that the loss does not touch gets zeros. The caller owns the returned tensors.
 *
 * @throws DiffeoError `UNSTARTED` when a trainable leaf has not started; `PARAMETERS` when nothing is left to train.
 */
export function gradients<P>(
  layout: LayoutTree,
  params: P,
  loss: (params: P) => Tensor,
  { freeze = () => false }: { readonly freeze?: (path: string) => boolean } = {},
): { readonly value: Tensor; readonly gradients: readonly NamedGradient[] } {
  registerGradients();
  const chosen = leaves(layout, params).filter(({ leaf, path }) => leaf.trainable && !freeze(path));
  if (chosen.length === 0) throw new DiffeoError('PARAMETERS', 'there is no trainable parameter to differentiate');
  const tensors = chosen.map(({ path, tensor }) => {
    if (tensor) return tensor;
    throw new DiffeoError('UNSTARTED', `'${path}' starts from data and has not started: call start(params, x) first`);
  });
  // A list: tidying walks through whatever is returned, and records take their time.
  const [value, ...grads] = tidied((): readonly Tensor[] => {
    const result = differentiate(() => loss(params), tensors);
    return [result.value, ...result.grads.map((gradient, i) => gradient ?? zerosLike(tensors[i] as Tensor))];
  });
  return {
    value: value as Tensor,
    gradients: chosen.map(({ path }, i) => ({ path, tensor: grads[i] as Tensor })),
  };
}
