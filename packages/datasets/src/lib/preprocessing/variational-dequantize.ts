import {
  type Call,
  callOf,
  type Definition,
  type Dequantizer,
  defineDequantizer,
  fold,
  type Params,
  type Seed,
  type Shape,
  sequence,
  sizeOf,
  specOf,
  uniform,
} from '@diffeo/core';
import {
  add,
  cast,
  clipByValue,
  div,
  log,
  mul,
  neg,
  reshape,
  sigmoid,
  softplus,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { array, strictObject } from 'valibot';
import { binCount, binsOf, fromLevels } from './bins.ts';

const schema = strictObject({
  bins: binCount,
  /** The flow of the noise, data's side first. Their context is the raw event, scaled to [−1, 1]. */
  layers: array(specOf('layer')),
});

/** The parameters of {@link variationalDequantize}: those of its layers. */
interface VariationalParams {
  readonly layers: readonly Params[];
}

type WithNoise = NonNullable<Dequantizer<VariationalParams>['withNoise']>;

/** The standard deviation of the standard logistic distribution: noise is divided by it, for layers like variance 1. */
const deviation = Math.PI / Math.sqrt(3);

/** Logistic noise of variance 1: where the layers change nothing, its sigmoid is the uniform noise that it is made of. */
function logisticNoise(uniformNoise: Tensor): Tensor {
  // The logarithm takes neither end; nearer to them there are few float32 numbers anyway.
  const inside = clipByValue(uniformNoise, 2 ** -25, 1 - 2 ** -24);
  return div(sub(log(inside), log(sub(1, inside))), deviation);
}

/** Minus the logarithm of the slope of the sigmoid at each number, summed over each row. */
const flatness = (logits: Tensor, size: number): Tensor =>
  sum(reshape(add(softplus(logits), softplus(neg(logits))), [logits.shape[0] as number, size]), 1);

/**
 * Spreads whole numbers 0 … `bins` − 1 over [0, 1) with noise from a flow that is given the raw event (Ho et al. 2019,
 * "Flow++", §3.1; Hoogeboom et al. 2020, "Learning discrete distributions by dequantization"):
 *
 *   u = sigmoid(f(ε; raw)),  value = (raw + u) / bins,  log P(raw) ≥ log p(value) − log q(u | raw) − D log bins
 *
 * The noise learns to lie where the flow of the data has a smooth density to offer, where uniform noise makes it learn the
 * borders of the bins. ε is logistic, so that with layers that start at the identity this starts as uniform
 * dequantization, and trains with the rest of the flow and is saved with it.
 *
 * `layers` is f: ordinary layers, such as `imageCoupling()` or `affineCoupling()`, in the order of every layer list (the
 * noise in [0, 1) meets the first of them when their `inverse` runs). Their event shape is that of the data, and so is
 * their context shape, whose numbers are 2 · raw / (bins − 1) − 1. They may change the shape on the way to ε, by a squeeze
 * or at several scales. What starts from data there starts from uniform noise. The context of the flow around does not
 * reach them. For `bins` and the borders of bins see `uniformDequantize`: the convention is the same.
 *
 * Layers that do not use the context learn one distribution for all data.
 */
export const variationalDequantize: Definition<'dequantizer', typeof schema> = /* @__PURE__ */ defineDequantizer({
  type: '@diffeo/datasets/variational-dequantize',
  version: 2,
  schema,
  migrate: (config) => ({ layers: [], ...fromLevels(config) }),
  build: ({ bins, layers }, site): Dequantizer<VariationalParams> => {
    const { eventShape } = site;
    const size = sizeOf(eventShape);
    const { logWidth, spread, gather } = binsOf(bins);
    let shape = eventShape;
    const built = layers.map((layer, i) => {
      const part = site.build(layer, `layers.${i}`, { eventShape: shape, contextShape: eventShape });
      shape = part.baseShape;
      return part;
    });
    const noise = sequence(built, eventShape);

    const callOn = (raw: Tensor, call: Call): Call => {
      const { seed, gradient } = callOf(call, 'dequantize');
      return {
        context: sub(mul(cast(raw, 'float32'), 2 / (bins - 1)), 1),
        ...(seed !== undefined && { seed }),
        ...(gradient && { gradient }),
      };
    };
    const noiseShape = ([rows]: Shape): Shape => [rows as number, ...noise.baseShape];
    const drawn = (raw: Tensor, seed: Seed): Tensor => uniform(noiseShape(raw.shape), seed);
    const encode: WithNoise['encode'] = (params, raw, given, call) => {
      const epsilon = logisticNoise(given);
      const { value, logDet } = noise.forward(params.layers, epsilon, callOn(raw, call));
      const logits = mul(value, deviation);
      const gained = sub(flatness(mul(epsilon, deviation), size), flatness(logits, size));
      return {
        value: spread(raw, sigmoid(logits)),
        logDensity: add(add(logDet, gained), size * logWidth),
      };
    };
    return {
      eventShape,
      contextShape: null,
      bins,
      layout: { layers: noise.layout },
      init: (seed) => ({ layers: noise.init(seed) }),
      start: async (params, data) => ({
        layers: await noise.start(
          params.layers,
          data.map((raw, call, chunk) => ({
            x: logisticNoise(uniform(raw.shape, fold(chunk, 'start'))),
            call: callOn(raw, call),
          })),
        ),
      }),
      encode: (params, raw, seed, call) => encode(params, raw, drawn(raw, seed), call),
      withNoise: { shape: noiseShape, encode },
      decode: (_params, value) => gather(value),
      roundTrip: (params, raw, seed, call) => {
        const [point, inner] = [logisticNoise(drawn(raw, seed)), callOn(raw, call)];
        const { value } = noise.forward(params.layers, point, inner);
        return { point, back: noise.inverse(params.layers, value, inner).value };
      },
    };
  },
});
