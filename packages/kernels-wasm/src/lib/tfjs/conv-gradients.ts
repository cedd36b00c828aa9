import { DiffeoError } from '@diffeo/core';
import {
  engine,
  type GradConfig,
  getBackend,
  getGradient,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
  unregisterGradient,
} from '@tensorflow/tfjs-core';

type Attributes = NamedAttrMap & { readonly dilations?: number | readonly number[] };
type Gradients = Readonly<Record<string, () => Tensor>>;

const run = (kernelName: string, inputs: Record<string, Tensor>, attributes: NamedAttrMap): Tensor =>
  engine().runKernel(kernelName, inputs, attributes) as Tensor;

const rule = (
  kernelName: string,
  inputsToSave: [string, string],
  gradient: (dy: Tensor, a: Tensor, b: Tensor, attributes: Attributes) => Gradients,
): GradConfig => ({
  kernelName,
  inputsToSave,
  gradFunc: (dy, saved, attributes) => {
    const { dilations = 1 } = attributes as Attributes;
    // Kernels of other backends do not read dilations, and would return the gradient of another convolution.
    if (getBackend() !== 'wasm' && [dilations].flat().some((dilation) => dilation !== 1)) {
      throw new DiffeoError(
        'BACKEND',
        `the gradient of a convolution with dilations ${dilations} was asked for on the backend '${getBackend()}': it ` +
          'exists on wasm alone',
      );
    }
    return gradient(dy as Tensor, saved[0] as Tensor, saved[1] as Tensor, attributes as Attributes);
  },
});

// y = x ∗ w is linear in x and in w, so that the gradient of each of the three kernels is made of the two others.
const table: readonly GradConfig[] = [
  rule('Conv2D', ['x', 'filter'], (dy, x, filter, attributes) => ({
    x: () => run('Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape: x.shape }),
    filter: () => run('Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape: filter.shape }),
  })),
  rule('Conv2DBackpropInput', ['dy', 'filter'], (ddx, dy, filter, attributes) => ({
    dy: () => run('Conv2D', { x: ddx, filter }, { dilations: 1, ...attributes }),
    filter: () => run('Conv2DBackpropFilter', { x: ddx, dy }, { ...attributes, filterShape: filter.shape }),
  })),
  rule('Conv2DBackpropFilter', ['x', 'dy'], (ddFilter, x, dy, attributes) => ({
    x: () => run('Conv2DBackpropInput', { dy, filter: ddFilter }, { ...attributes, inputShape: x.shape }),
    dy: () => run('Conv2D', { x, filter: ddFilter }, { dilations: 1, ...attributes }),
  })),
];

/**
 * Registers the gradients of convolutions, first and second, where there are none: `@tensorflow/tfjs-core` alone brings
 * none. Returns what undoes it.
 */
export function registerConvGradients(): () => void {
  const added = table.filter(({ kernelName }) => !getGradient(kernelName));
  for (const config of added) registerGradient(config);
  return () => {
    for (const { kernelName } of added) unregisterGradient(kernelName);
  };
}
