import { flow, fold, normal, type Seed, type Spec } from '@diffeo/core';
import { type Augment, type FitOptions, fit } from '@diffeo/trainer';
import { add, mul } from '@tensorflow/tfjs-core';
import { behindFront, type FrontKind } from '../flows/front.ts';
import type { MemberKind } from './member-kind.ts';

/** A flow, and how to train it. */
export interface FlowRecipe {
  readonly name: string;
  readonly front: FrontKind;
  readonly layers: (seed: Seed) => readonly Spec<'layer'>[];
  readonly base: Spec<'base'>;
  /** The deviation of normal noise that is added to the columns in training, which are of deviation 1 there. */
  readonly noise: number;
  /** About how long all folds train. */
  readonly seconds: number;
  readonly fit: Pick<FitOptions, 'steps' | 'batchSize' | 'learningRate' | 'ema' | 'patience' | 'validateEvery'>;
}

const withNoise =
  (deviation: number): Augment =>
  ({ x, ...rest }, seed) => ({ ...rest, x: add(x, mul(normal(x.shape, seed), deviation)) });

/**
 * A flow that is trained on what comes out of its front, so that the front is not run at every step. The stopping rows choose among its
 * parameters on the way, those that it begins with included.
 */
export function flowMember({ name, front, layers, base, noise, seconds, fit: options }: FlowRecipe): MemberKind {
  return {
    ...{ name, seconds },
    fit: async ({ train, stop }, seed, { signal, onProgress } = {}) => {
      const started = await train.front(front);
      const [x, validation] = [started.through(train), started.through(stop)];
      const specs = layers(fold(seed, 'masks'));
      const model = flow({ eventShape: [train.size], layers: specs, base });
      try {
        const { params } = await fit(model, x, {
          ...options,
          ...{ validation, seed: fold(seed, 'fit') },
          ...(noise > 0 && { augment: withNoise(noise) }),
          ...(signal && { signal }),
          onProgress: ({ step, steps }) => onProgress?.(step / steps),
        });
        signal?.throwIfAborted();
        return [
          { setting: '', stopScore: 0, build: () => behindFront(started, train.size, { layers: specs, base, params }) },
        ];
      } finally {
        x.dispose();
        validation.dispose();
      }
    },
  };
}
