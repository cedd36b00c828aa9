import {
  type Definition,
  defineNetwork,
  fold,
  leaf,
  type Network,
  normal,
  type StackLayer,
  sizeOf,
  uniform,
} from '@diffeo/core';
import { denseStack } from '@diffeo/ops';
import { concat, mul, reshape, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { array, boolean, maxLength, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { circularFeatures } from './circular-features.ts';
import { activationEntry, widthEntry } from './entries.ts';

const schema = strictObject({
  /** The widths of the hidden layers, as many as there are numbers: 1000 at most. Default [64, 64]. */
  hidden: optional(pipe(array(widthEntry), maxLength(1000)), () => [64, 64]),
  /** Default `relu`. */
  activation: optional(activationEntry, 'relu'),
  /** Adds the input of each hidden layer that keeps its width to its output. Default false. */
  residual: optional(boolean(), false),
  /** How large the last layer's weights start: by default a hundredth of the others' size, so that the output starts near 0. 0: at 0. */
  outputScale: optional(pipe(number(), minValue(0), maxValue(1)), 1e-2),
  /**
   * How far apart the biases of hidden layers start: uniform within ±biasScale/√inputs. Where a network sees one number or two, all of its rectifiers bend at 0 without, and training has
   * to move them: 2 spreads them over standardised inputs. Default: they start at 0.
   */
  biasScale: optional(pipe(number(), minValue(0), maxValue(100))),
  /** Where inputs are points of circles [−circular, circular], such as π for angles: each enters as its cosine and its sine. Default: they are numbers of the line. */
  circular: optional(pipe(number(), minValue(1e-3), maxValue(1e6))),
});

/**
 * A multilayer perceptron, the usual conditioner. A context is flattened and joined to its input. Weights
 * start as He et al. (2015) with the last layer a hundred times smaller, so that the layer that holds it starts near the
 * identity.
 */
export const mlp: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/mlp',
  version: 1,
  schema,
  build:
    ({ hidden, activation, residual, outputScale, biasScale = 0, circular }, { contextShape }) =>
    (inputShape, outputShape): Network<readonly StackLayer[]> => {
      const inputSize = sizeOf(inputShape);
      const contextSize = contextShape ? sizeOf(contextShape) : 0;
      const entering = circular === undefined ? inputSize : 2 * inputSize;
      const sizes = [entering + contextSize, ...hidden, sizeOf(outputShape)];
      const layers = sizes.slice(1).map((outputs, i) => [sizes[i] as number, outputs] as const);
      const flat = (context: Tensor): Tensor => reshape(context, [context.shape[0] as number, contextSize]);
      const gain = activation === 'relu' || activation === 'elu' ? Math.SQRT2 : 1;
      return {
        inputShape,
        outputShape,
        contextShape,
        ...(circular === undefined && {
          stack: {
            kind: 'dense' as const,
            activation,
            residual,
            layers: (params: readonly StackLayer[]) => params,
            context: flat,
          },
        }),
        layout: layers.map(([inputs, outputs]) => ({ weight: leaf([inputs, outputs]), bias: leaf([outputs]) })),
        init: (seed) =>
          layers.map(([inputs, outputs], i) => {
            const scale = (i === layers.length - 1 ? outputScale : gain) / Math.sqrt(Math.max(1, inputs));
            const spread = i === layers.length - 1 ? 0 : biasScale / Math.sqrt(Math.max(1, inputs));
            return {
              weight: mul(normal([inputs, outputs], fold(seed, i)), scale),
              bias:
                spread === 0
                  ? zeros([outputs])
                  : mul(sub(uniform([outputs], fold(seed, `bias ${i}`)), 0.5), 2 * spread),
            };
          }),
        apply: (params, x, { context }) => {
          const batch = x.shape[0] as number;
          const seen = (rows: Tensor): Tensor => (circular === undefined ? rows : circularFeatures(rows, circular));
          const given: Tensor[] = inputSize > 0 ? [seen(reshape(x, [batch, inputSize]))] : [];
          if (contextSize > 0 && context) given.push(flat(context));
          const input = given.length > 1 ? concat(given, 1) : (given[0] ?? zeros([batch, 0]));
          return reshape(denseStack(input, params, { activation, residual }), [batch, ...outputShape]);
        },
      };
    },
});
