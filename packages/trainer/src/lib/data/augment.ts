import { DiffeoError, type Flow, type Seed, sameShape } from '@diffeo/core';
import { requireTensor } from '@diffeo/core/arguments';
import { tidied } from '@diffeo/core/engine';
import { numbersOf } from '@diffeo/kernels-wasm';
import type { Tensor } from '@tensorflow/tfjs-core';
import { requireNumbers } from './require-finite.ts';
import type { Batch } from './tensor-dataset.ts';

/**
 * Another batch from one, as likely as that: rows and contexts of the same shapes, drawn by the seed. What it returns is the
 * training's, and what it makes on the way is gone afterwards. `horizontalFlips()` of `@diffeo/datasets` is one.
 */
export type Augment = (batch: Batch, seed: Seed) => Batch;

function requireAlike(given: Tensor, returned: unknown, bins: number | undefined, what: string): Tensor {
  const made = returned === undefined ? undefined : requireTensor(returned, what);
  if (!made || !sameShape(made.shape, given.shape)) {
    const [got, wanted] = [made ? `[${made.shape.join(', ')}]` : 'none', `[${given.shape.join(', ')}]`];
    throw new DiffeoError('SHAPE', `${what} must keep its shape ${wanted}; got ${got}`);
  }
  if (made === given) return made;
  const values = numbersOf(made) ?? made.dataSync();
  requireNumbers({ values, shape: made.shape, data: what, bins });
  return made;
}

/**
 * What `augment` makes of a batch, in the place of the batch, which is gone afterwards.
 *
 * @throws DiffeoError `SHAPE` for other shapes; `NOT_FINITE` and, of a flow that dequantizes, `DATA` for other numbers than
 * data may have.
 */
export function augmented(model: Flow, batch: Batch, augment: Augment, seed: Seed): Batch {
  const { x, context, weights } = batch;
  const kept: Tensor[] = [];
  try {
    const made = tidied(() => {
      const result: Partial<Batch> = augment({ x, ...(context && { context }) }, seed) ?? {};
      const own = requireAlike(x, result.x, model.dequantizer?.bins, 'a batch that augment returns');
      if (!context) return { x: own };
      return { x: own, context: requireAlike(context, result.context, undefined, 'the context that augment returns') };
    });
    kept.push(made.x, ...(made.context ? [made.context] : []));
    return { ...made, ...(weights && { weights }) };
  } finally {
    for (const tensor of [x, ...(context ? [context] : [])]) if (!kept.includes(tensor)) tensor.dispose();
  }
}
