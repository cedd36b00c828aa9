import { DiffeoError, type Flow, type Seed, sameShape } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { numbersOf } from '@diffeo/kernels-wasm';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Dataset, requireNumbers, rowsOf } from './dataset.ts';

/**
 * Another batch from one, as likely as that: rows and contexts of the same shapes, drawn by the seed. What it returns is the
 * training's, and what it makes on the way is gone afterwards. `horizontalFlips()` of `@diffeo/datasets` is one.
 */
export type Augment = (batch: Dataset, seed: Seed) => Dataset;

function requireAlike(given: Tensor, made: Tensor | undefined, levels: number | undefined, what: string) {
  if (!made || !sameShape(made.shape, given.shape)) {
    const [got, wanted] = [made ? `[${made.shape.join(', ')}]` : 'none', `[${given.shape.join(', ')}]`];
    throw new DiffeoError('SHAPE', `${what} must keep its shape ${wanted}; got ${got}`);
  }
  if (made !== given) requireNumbers(numbersOf(made) ?? made.dataSync(), rowsOf({ x: given }), what, levels);
}

/**
 * What `augment` makes of a batch, in the place of the batch, which is gone afterwards.
 *
 * @throws DiffeoError `SHAPE` for other shapes; `NOT_FINITE` and, of a flow that dequantizes, `DATA` for other numbers than
 * data may have.
 */
export function augmented(model: Flow, batch: Dataset, augment: Augment, seed: Seed): Dataset {
  const { x, context } = batch;
  const kept: Tensor[] = [];
  try {
    const made = tidied(() => {
      const result = augment(batch, seed);
      requireAlike(x, result.x, model.dequantizer?.levels, 'a batch that augment returns');
      if (context) requireAlike(context, result.context, undefined, 'the context that augment returns');
      return { x: result.x, ...(context && { context: result.context as Tensor }) };
    });
    kept.push(made.x, ...(made.context ? [made.context] : []));
    return made;
  } finally {
    for (const tensor of [x, ...(context ? [context] : [])]) if (!kept.includes(tensor)) tensor.dispose();
  }
}
