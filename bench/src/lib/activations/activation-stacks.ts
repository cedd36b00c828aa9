import { fold, normal } from '@diffeo/core';
import { convStack, denseStack } from '@diffeo/ops';
import { mul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { StackStep } from '../stack-step.ts';

/** A network between whose layers activations stand. */
interface ActivationStack {
  readonly name: string;
  /** Of what enters. */
  readonly shape: readonly number[];
  /** Matrices, or filters. */
  readonly weights: readonly (readonly number[])[];
}

const dense = (batch: number, widths: readonly number[]): ActivationStack => ({
  name: `dense, ${batch} × ${widths.join(' → ')}`,
  shape: [batch, widths[0] as number],
  weights: widths.slice(1).map((outputs, i) => [widths[i] as number, outputs]),
});

const convolutional = (batch: number, side: number, channels: readonly number[]): ActivationStack => ({
  name: `3×3 1×1 3×3, ${batch} × ${side}×${side} × ${channels.join(' → ')}`,
  shape: [batch, side, side, channels[0] as number],
  weights: channels.slice(1).map((outputs, i) => {
    const kernel = i === 1 ? 1 : 3;
    return [kernel, kernel, channels[i] as number, outputs];
  }),
});

/** Conditioners of couplings of vectors and of images, as `training` and `images` have them. */
export const activationStacks: readonly ActivationStack[] = [
  dense(512, [3, 128, 128, 6]),
  dense(512, [32, 256, 256, 64]),
  convolutional(64, 14, [2, 64, 64, 4]),
  convolutional(32, 16, [2, 128, 128, 4]),
];

/** So small that they show that everything runs, and nothing else. */
export const smokeStacks: readonly ActivationStack[] = [dense(16, [2, 8, 8, 4]), convolutional(2, 4, [2, 4, 4, 4])];

/** Normal numbers for a stack, with weights that keep their scale. */
export function stepOf({ shape, weights }: ActivationStack): StackStep & { dispose(): void } {
  const layers = weights.map((weight, i) => {
    const inputs = weight.slice(0, -1).reduce((product, length) => product * length, 1);
    const outputs = weight.at(-1) as number;
    return {
      weight: tidy(() => mul(normal(weight, fold(1, i)), inputs ** -0.5)) as Tensor,
      bias: normal([outputs], fold(2, i)),
    };
  });
  const x = normal(shape, 3);
  const dy = normal([...shape.slice(0, -1), weights.at(-1)?.at(-1) as number], 4);
  return {
    ...{ stack: shape.length === 4 ? convStack : denseStack, x, layers, dy },
    dispose: () => {
      for (const tensor of [x, dy, ...layers.flatMap(({ weight, bias }) => [weight, bias])]) tensor.dispose();
    },
  };
}
