import { requireParams } from '../arguments/require-params.ts';
import { copyTensor, tidied } from '../gradients/engine.ts';
import { type LayoutTree, mapParams } from './params.ts';

/**
 * A real copy of every tensor, owned by the caller. `tf.clone` aliases on some backends, so it cannot be a snapshot.
 *
 * @throws DiffeoError what {@link requireParams} throws, where the parameters are not those of the layout.
 */
export function copyParams<P>(layout: LayoutTree, params: P): P {
  requireParams(layout, params, 'copyParams');
  return tidied(() => mapParams(layout, params, (tensor) => tensor && copyTensor(tensor)));
}
