import { fold, normal } from '@diffeo/core';
import { convStack } from '@diffeo/ops';
import { engine, fused, mul, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { stackStep } from '../stack-step.ts';
import type { ConvolutionSize, Pass } from './convolution-size.ts';

/** A convolution, or several, with numbers to run on. */
export interface ConvolutionWork {
  /** By the kernels that are there. `null` where they have none for it. */
  ours(pass: Pass): (() => void) | null;
  /** As one writes it in stock tfjs. */
  stock(pass: Pass): (() => void) | null;
  dispose(): void;
}

/** The images, filters and slopes of a size, normal, so that behind a rectifier half of the numbers are zeros. */
export function convolutionWork({ batch, side, channels, kernels }: ConvolutionSize): ConvolutionWork {
  const layers = kernels.map((kernel, i) => {
    const [inputs, outputs] = [channels[i] as number, channels[i + 1] as number];
    const filter = tidy(() => mul(normal([kernel, kernel, inputs, outputs], fold(1, i)), 1 / (kernel * inputs ** 0.5)));
    return { weight: filter as Tensor4D, bias: normal([outputs], fold(2, i)) };
  });
  const first = layers[0] as (typeof layers)[number];
  const x = normal([batch, side, side, channels[0]], 3) as Tensor4D;
  const dy = normal([batch, side, side, channels.at(-1) as number], 4);
  const shared = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 } as const;

  const kernel = (name: string, inputs: Record<string, Tensor>, attributes: object) => () =>
    (engine().runKernel(name, { ...inputs }, { ...shared, ...attributes }) as Tensor).dispose();
  const single: Partial<Record<Pass, () => void>> = {
    forward: kernel('Conv2D', { x, filter: first.weight }, {}),
    input: kernel('Conv2DBackpropInput', { dy, filter: first.weight }, { inputShape: x.shape }),
    filter: kernel('Conv2DBackpropFilter', { x, dy }, { filterShape: first.weight.shape }),
  };
  const stack = () => convStack(x, layers, { activation: 'relu', residual: false });
  const inputs = [x, ...layers.flatMap(({ weight, bias }) => [weight, bias])];
  const several: Partial<Record<Pass, () => void>> = {
    forward: () => stack().dispose(),
    training: () => stackStep({ stack: convStack, x, layers, dy }, 'relu'),
  };
  const byOps = () =>
    tidy(() => {
      layers.reduce((h, { weight: filter, bias }, i) => {
        const last = i === layers.length - 1;
        return fused.conv2d({ x: h, filter, strides: 1, pad: 'same', bias, activation: last ? 'linear' : 'relu' });
      }, x);
    });

  return {
    ours: (pass) => (layers.length === 1 ? single : several)[pass] ?? null,
    // tfjs has no gradient of a convolution by its filter on WASM.
    stock: (pass) => {
      if (layers.length > 1) return pass === 'forward' ? byOps : null;
      return pass === 'filter' ? null : (single[pass] ?? null);
    },
    dispose: () => {
      for (const tensor of [dy, ...inputs]) tensor.dispose();
    },
  };
}
