import { product } from '@diffeo/core/engine';
import { add, engine, getBackend, getKernel, mul, reshape, sum, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { activations, type FusedActivation } from './activation.ts';
import type { Dense, DenseStackOptions } from './dense.ts';
import { fusedOp } from './fused-op.ts';
import { kernelNames } from './kernels.ts';
import { stackKernel } from './stack-kernel.ts';

const widths = ({ weight }: Dense): [number, number] => weight.shape as [number, number];

/** h ← act(h·W + b), or h + act(h·W + b) where the stack is residual; the last layer is linear. */
function compose(x: Tensor, layers: readonly Dense[], { activation, residual }: DenseStackOptions): Tensor {
  return layers.reduce((h, layer, i) => {
    const z = add(product(h, layer.weight), layer.bias);
    if (i === layers.length - 1) return z;
    const output = activations[activation].apply(z);
    const [inputs, outputs] = widths(layer);
    return residual && inputs === outputs ? add(h, output) : output;
  }, x);
}

/** act(x·W + b) as one kernel of tfjs, which has it on every backend. */
function fusedDense(x: Tensor, { weight, bias }: Dense, activation: FusedActivation): Tensor {
  const [inputs, outputs] = weight.shape as [number, number];
  const rows = x.shape[0] as number;
  const y = engine().runKernel(
    '_FusedMatMul',
    { a: reshape(x, [1, rows, inputs]), b: reshape(weight, [1, inputs, outputs]), bias },
    { transposeA: false, transposeB: false, activation, leakyreluAlpha: 0 },
  ) as Tensor;
  return reshape(y, [rows, outputs]);
}

/**
 * A stack of dense layers with an activation between them, `[batch, inputs]` → `[batch, outputs]`: one node of the tape,
 * with no transposed product in its gradient.
 */
export function denseStack(x: Tensor, layers: readonly Dense[], options: DenseStackOptions): Tensor {
  const empty = (x.shape[0] as number) === 0 || layers.some((layer) => widths(layer).includes(0));
  if (empty) return compose(x, layers, options);
  const { denseStack: kernel, denseStackGradient: gradient } = kernelNames;
  if (getKernel(kernel, getBackend())) {
    return stackKernel({ kernel, gradient }, x, layers, options, () => compose(x, layers, options));
  }

  const last = layers.length - 1;
  const { apply, derivative, fused } = activations[options.activation];
  const skips = layers.map((layer, i) => options.residual && i < last && widths(layer)[0] === widths(layer)[1]);
  const inputs: Record<string, Tensor> = { x };
  layers.forEach(({ weight, bias }, i) => {
    inputs[`weight${i}`] = weight;
    inputs[`bias${i}`] = bias;
  });

  const [y] = fusedOp<Record<string, Tensor>, readonly [Tensor]>({
    kernel: '_FusedMatMul',
    inputs,
    reference: () => [compose(x, layers, options)],
    forward: (_, save) => {
      const entering: Tensor[] = [];
      const activated: Tensor[] = [];
      let h = x;
      layers.forEach((layer, i) => {
        entering.push(h);
        if (i === last) {
          h = fusedDense(h, layer, 'linear');
          return;
        }
        const z = fusedDense(h, layer, fused);
        const output = fused === 'linear' ? apply(z) : z;
        if (skips[i]) activated.push(output);
        h = skips[i] ? add(h, output) : output;
      });
      save([...layers.map(({ weight }) => weight), ...entering, ...activated]);
      return [h];
    },
    backward: ([dy], saved) => {
      const weights = saved.slice(0, layers.length);
      const entering = saved.slice(layers.length, 2 * layers.length);
      const activated = saved.slice(2 * layers.length);
      const gradients: Record<string, Tensor> = {};
      let dh = dy;
      for (let i = last; i >= 0; i--) {
        const output = skips[i] ? activated.pop() : entering[i + 1];
        const dz = i === last ? dh : mul(dh, derivative(output as Tensor));
        gradients[`weight${i}`] = product(transpose(entering[i] as Tensor), dz);
        gradients[`bias${i}`] = sum(dz, 0);
        const through = product(dz, transpose(weights[i] as Tensor));
        dh = skips[i] ? add(dh, through) : through;
      }
      return { ...gradients, x: dh };
    },
  });
  return y;
}
