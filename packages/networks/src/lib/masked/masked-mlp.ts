import {
  type Definition,
  defineNetwork,
  fold,
  leaf,
  type Network,
  normal,
  type Shape,
  type Site,
  type StackLayer,
  sizeOf,
} from '@diffeo/core';
import { denseStack, type LayerDegrees, maskedLayers } from '@diffeo/ops';
import { concat, mul, reshape, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import {
  array,
  boolean,
  type InferOutput,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  optional,
  pipe,
  strictObject,
} from 'valibot';
import { circularFeatures } from '../circular-features.ts';
import { activationEntry, widthEntry } from '../entries.ts';
import { type Degrees, hiddenDegrees, inputDegrees, outputDegrees, wrongDegrees } from './degrees.ts';
import { holdSequence, placesOf, sequenceEntry, sequenceOf } from './sequence.ts';

const degree = pipe(number(), integer(), minValue(-1));
const schema = strictObject({
  /** The widths of the hidden layers, at least one. Fewer units than inputs leave some inputs unseen. Default [64, 64]. */
  hidden: optional(pipe(array(widthEntry), minLength(1), maxLength(1000)), () => [64, 64]),
  /** Default `relu`. */
  activation: optional(activationEntry, 'relu'),
  /** Adds the input of each hidden layer that keeps its width to its output. Default false. */
  residual: optional(boolean(), false),
  /** How large the last layer's weights start, as in `mlp`. Default 0.01. */
  outputScale: optional(pipe(number(), minValue(0), maxValue(1)), 1e-2),
  /** As in `mlp`: where inputs are points of circles [−circular, circular], such as π for angles: each enters as its cosine and its sine. Default: they are numbers of the line. */
  circular: optional(pipe(number(), minValue(1e-3), maxValue(1e6))),
  sequence: sequenceEntry,
  /**
   * The degree of each unit of each hidden layer, as MADE says it: the place in the sequence up to which it has seen the inputs, from 0, or
   * −1 for the context alone. A model from elsewhere may need it; the default shares all degrees evenly.
   */
  degrees: optional(array(array(degree))),
});
type Config = InferOutput<typeof schema>;

/** What is made of the sizes when it is first needed: a model file may ask for any. */
interface Made {
  readonly sequence: Int32Array;
  /** Of each layer. */
  readonly degrees: readonly LayerDegrees[];
}

function makeDegrees(config: Config, size: number, contextSize: number, groups: number): Made {
  const sequence = sequenceOf(config.sequence, size);
  const places = placesOf(sequence);
  let from: Degrees = inputDegrees(places, contextSize, config.circular === undefined ? 1 : 2);
  const degrees: LayerDegrees[] = [];
  for (const [i, units] of config.hidden.entries()) {
    // A layer that adds its input to its output may not mix degrees.
    const adds = config.residual && units === from.length;
    const given = config.degrees?.[i];
    const to = adds ? from : given ? Int32Array.from(given) : hiddenDegrees(units, size, contextSize > 0);
    degrees.push({ inputs: from, outputs: to });
    from = to;
  }
  degrees.push({ inputs: from, outputs: outputDegrees(places, groups) });
  return { sequence, degrees };
}

function build(config: Config, { contextShape, fail }: Site, inputShape: Shape, outputShape: Shape) {
  const [size, outputs] = [sizeOf(inputShape), sizeOf(outputShape)];
  const contextSize = contextShape ? sizeOf(contextShape) : 0;
  if (size === 0 || outputs % size !== 0) {
    fail(`a masked network returns so many numbers for each input; ${size} inputs cannot have ${outputs} outputs`);
  }
  holdSequence(config.sequence, size, fail);
  const { degrees } = config;
  if (degrees && degrees.length !== config.hidden.length) {
    fail(`${config.hidden.length} hidden layers need as many lists of degrees; got ${degrees.length}`);
  }
  for (const [i, list] of (degrees ?? []).entries()) {
    const wrong = wrongDegrees(list, config.hidden[i] as number, size);
    if (wrong) fail(wrong);
  }
  const { activation, residual, outputScale, circular } = config;
  const entering = circular === undefined ? size : 2 * size;
  const sizes = [entering + contextSize, ...config.hidden, outputs];
  const shapes = sizes.slice(1).map((to, i) => [sizes[i] as number, to] as const);
  let known: Made | null = null;
  const made = (): Made => {
    known ??= makeDegrees(config, size, contextSize, outputs / size);
    return known;
  };
  const layers = (params: readonly StackLayer[]): readonly StackLayer[] => maskedLayers(params, made().degrees);
  const flat = (context: Tensor): Tensor => reshape(context, [context.shape[0] as number, contextSize]);
  const gain = activation === 'relu' || activation === 'elu' ? Math.SQRT2 : 1;
  /** By how many inputs each unit has. */
  const scales = (i: number): Tensor => {
    const { inputs, outputs: units } = made().degrees[i] as LayerDegrees;
    const counts = Float32Array.from(units, (unit) => inputs.filter((degree) => degree <= unit).length);
    const scale = i === shapes.length - 1 ? outputScale : gain;
    return tensor2d(
      counts.map((count) => scale / Math.sqrt(Math.max(1, count))),
      [1, units.length],
    );
  };
  const network: Network<readonly StackLayer[]> = {
    inputShape,
    outputShape,
    contextShape,
    autoregressive: { sequence: () => made().sequence },
    ...(circular === undefined && { stack: { kind: 'dense' as const, activation, residual, layers, context: flat } }),
    layout: shapes.map(([from, to]) => ({ weight: leaf([from, to]), bias: leaf([to]) })),
    init: (seed) =>
      shapes.map(([from, to], i) => ({
        weight: mul(normal([from, to], fold(seed, i)), scales(i)),
        bias: zeros([to]),
      })),
    apply: (params, x, { context }) => {
      const batch = x.shape[0] as number;
      const rows =
        circular === undefined ? reshape(x, [batch, size]) : circularFeatures(reshape(x, [batch, size]), circular);
      const input = contextSize > 0 && context ? concat([rows, flat(context)], 1) : rows;
      return reshape(denseStack(input, params, { activation, residual, degrees: made().degrees }), [
        batch,
        ...outputShape,
      ]);
    },
  };
  return network;
}

/**
 * A masked multilayer perceptron: MADE (Germain et al. 2015), for autoregressive layers. It returns groups of outputs, one for each
 * input: those of an input depend on the inputs before it in the sequence alone, and on all of the context. Weights are
 * multiplied by the masks at each use, so that decay, averages and files keep them as they are.
 *
 * @throws DiffeoError `SHAPE`, when the flow is built, where the sequence does not fit the inputs.
 */
export const maskedMlp: Definition<'network', typeof schema> = /* @__PURE__ */ defineNetwork({
  type: '@diffeo/networks/masked-mlp',
  version: 1,
  schema,
  build: (config, site) => (inputShape, outputShape) => build(config, site, inputShape, outputShape),
});
