import type { StackLayer } from '@diffeo/core';
import { openTapes } from '@diffeo/core/engine';
import { add, getBackend, getKernel, mul, type Tensor } from '@tensorflow/tfjs-core';
import { type FusedOp, fusedOp } from '../fused-op.ts';
import { kernelNames, runKernel, type StackKernelAttributes } from '../kernels.ts';
import { activations } from './activation.ts';
import { maskedLayers, requireDegrees } from './layer-degrees.ts';
import { namedGradients, namedLayers, namedWeights } from './named-layers.ts';
import { type DenseStackOptions, isEmpty, keepsWidth, type LayerKind, type StackOptions } from './stack-layer.ts';

type Inputs = Record<string, Tensor>;
type Form = Pick<FusedOp<Inputs, readonly [Tensor]>, 'kernel' | 'forward' | 'backward'>;

/** Which layers add their input to their output. */
const skipsOf = (layers: readonly StackLayer[], { residual }: StackOptions): boolean[] =>
  layers.map((layer, i) => residual && i < layers.length - 1 && keepsWidth(layer));

/** h ← act(h·W + b), or h + act(h·W + b) where the layer skips; the last layer is linear. */
function compose(kind: LayerKind, x: Tensor, layers: readonly StackLayer[], options: StackOptions): Tensor {
  const skips = skipsOf(layers, options);
  const { apply } = activations[options.activation];
  return layers.reduce((h, layer, i) => {
    const z = kind.compose(h, layer);
    if (i === layers.length - 1) return z;
    return skips[i] ? add(h, apply(z)) : apply(z);
  }, x);
}

/** A stack by the one kernel that does all of it. */
function wholeForm(x: Tensor, layers: readonly StackLayer[], options: DenseStackOptions): Form {
  const { activation, residual, degrees } = options;
  const attributes: StackKernelAttributes = {
    ...{ activation, residual, save: openTapes() > 0 },
    ...(degrees && { degrees }),
  };
  return {
    kernel: kernelNames.stack,
    forward: (inputs, save) => {
      const [output, saved] = runKernel(kernelNames.stack, inputs, attributes) as [Tensor, Tensor];
      save([x, saved, ...layers.map(({ weight }) => weight)]);
      return [output];
    },
    backward: ([dy], [entered, saved, ...weights]) => {
      const inputs = { dy, x: entered as Tensor, saved: saved as Tensor, ...namedWeights(weights) };
      const [dx, ...gradients] = runKernel(kernelNames.stackGradient, inputs, attributes);
      return { x: dx as Tensor, ...namedGradients(gradients) };
    },
  };
}

/** A stack by a kernel of tfjs for each layer. */
function layerwiseForm(kind: LayerKind, x: Tensor, layers: readonly StackLayer[], options: StackOptions): Form {
  const last = layers.length - 1;
  const { apply, derivative, fused } = activations[options.activation];
  const skips = skipsOf(layers, options);
  return {
    kernel: kind.kernel,
    forward: (_, save) => {
      const entering: Tensor[] = [];
      const activated: Tensor[] = [];
      let h = x;
      for (const [i, layer] of layers.entries()) {
        entering.push(h);
        const z = kind.fused(h, layer, i === last ? 'linear' : fused);
        const output = i < last && fused === 'linear' ? apply(z) : z;
        if (skips[i]) activated.push(output);
        h = skips[i] ? add(h, output) : output;
      }
      save([...layers.map(({ weight }) => weight), ...entering, ...activated]);
      return [h];
    },
    backward: ([dy], saved) => {
      const weights = saved.slice(0, layers.length);
      const entering = saved.slice(layers.length, 2 * layers.length);
      const activated = saved.slice(2 * layers.length);
      const gradients: Inputs = {};
      let dh = dy;
      for (let i = last; i >= 0; i--) {
        const output = skips[i] ? activated.pop() : entering[i + 1];
        const dz = i === last ? dh : mul(dh, derivative(output as Tensor));
        const found = kind.gradients(entering[i] as Tensor, weights[i] as Tensor, dz);
        gradients[`weight${i}`] = found.dWeight;
        gradients[`bias${i}`] = found.dBias;
        dh = skips[i] ? add(dh, found.dx) : found.dx;
      }
      return { ...gradients, x: dh };
    },
  };
}

/** Layers one after another, with an activation between them, as one node of the tape. */
export function layerStack(
  kind: LayerKind,
  x: Tensor,
  layers: readonly StackLayer[],
  options: DenseStackOptions,
): Tensor {
  const { degrees } = options;
  if (degrees) requireDegrees(layers, degrees);
  const masked = () => (degrees ? maskedLayers(layers, degrees) : layers);
  if (isEmpty(x, layers)) return compose(kind, x, masked(), options);
  const whole = getKernel(kernelNames.stack, getBackend());
  // The kernel of a whole stack masks by itself.
  const given = whole ? layers : masked();
  const form = whole ? wholeForm(x, layers, options) : layerwiseForm(kind, x, given, options);
  const [y] = fusedOp<Inputs, readonly [Tensor]>({
    ...form,
    inputs: { x, ...namedLayers(given) },
    reference: () => [compose(kind, x, whole ? masked() : given, options)],
  });
  return y;
}
