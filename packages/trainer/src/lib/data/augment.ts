import { DiffeoError, type Flow, type Seed, sameShape } from '@diffeo/core';
import { requireTensor } from '@diffeo/core/arguments';
import { tidied } from '@diffeo/core/engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withNumbers } from '../reading/with-numbers.ts';
import { requireNumbers } from './require-finite.ts';
import type { Batch } from './tensor-dataset.ts';

/**
 * Another batch from one, as likely as that: rows and contexts of the same shapes, drawn by the seed. What it returns is the
 * training's, and what it makes on the way is gone afterwards. `horizontalFlips()` of `@diffeo/datasets` is one.
 */
export type Augment = (batch: Batch, seed: Seed) => Batch;

function requireAlike(given: Tensor, returned: unknown, what: string): Tensor {
  const made = returned === undefined ? undefined : requireTensor(returned, what);
  if (!made || !sameShape(made.shape, given.shape)) {
    const [got, wanted] = [made ? `[${made.shape.join(', ')}]` : 'none', `[${given.shape.join(', ')}]`];
    throw new DiffeoError('SHAPE', `${what} must keep its shape ${wanted}; got ${got}`);
  }
  return made;
}

const names = { x: 'a batch that augment returns', context: 'the context that augment returns' } as const;

/**
 * What `augment` makes of a batch, in the place of the batch, which is gone afterwards.
 *
 * @throws DiffeoError `SHAPE` for other shapes; `NOT_FINITE` and, of a flow that dequantizes, `DATA` for other numbers than
 * data may have.
 */
export async function augmented(model: Flow, batch: Batch, augment: Augment, seed: Seed): Promise<Batch> {
  const { x, context, weights } = batch;
  const own = new Set(context ? [x, context] : [x]);
  const kept = new Set<Tensor>();
  try {
    const made: Batch = tidied(() => {
      const result: Partial<Batch> = augment({ x, ...(context && { context }) }, seed) ?? {};
      const value = requireAlike(x, result.x, names.x);
      return context ? { x: value, context: requireAlike(context, result.context, names.context) } : { x: value };
    });
    for (const name of ['x', 'context'] as const) {
      const tensor = made[name];
      if (!tensor || own.has(tensor)) continue;
      own.add(tensor);
      const bins = name === 'x' ? model.dequantizer?.bins : undefined;
      await withNumbers([tensor], ([values = new Float32Array()]) =>
        requireNumbers({ values, shape: tensor.shape, data: names[name], bins }),
      );
    }
    for (const tensor of [made.x, made.context]) if (tensor) kept.add(tensor);
    return { ...made, ...(weights && { weights }) };
  } finally {
    for (const tensor of own) if (!kept.has(tensor)) tensor.dispose();
  }
}
