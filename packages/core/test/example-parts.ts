import {
  add,
  asinh,
  concat,
  cosh,
  exp,
  fill,
  floor,
  log,
  matMul,
  mul,
  neg,
  ones,
  reshape,
  sinh,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tanh,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { number, optional, strictObject } from 'valibot';
import {
  type Bijector,
  type Call,
  type Definition,
  defineDequantizer,
  defineLayer,
  leaf,
  normal,
  sizeOf,
  uniform,
} from '../src/index.ts';
import { runningMoments } from '../src/starting.ts';

const rowsOf = (x: Tensor): number => x.shape[0] as number;
const forEachRow = (x: Tensor, logDet: Tensor): Tensor => mul(ones([rowsOf(x)]), logDet);

/** x = z·eˢ + t, element by element, with s and t learned; both start at what the configuration says. */
const scaleSchema = strictObject({ logScale: optional(number(), 0), shift: optional(number(), 0) });
export const scaleAndShift: Definition<'layer', typeof scaleSchema> = defineLayer({
  type: 'example/scale-and-shift',
  version: 1,
  schema: scaleSchema,
  build: (config, { eventShape }): Bijector<{ logScale: Tensor; shift: Tensor }> => ({
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: { logScale: leaf(eventShape), shift: leaf(eventShape) },
    init: () => ({
      logScale: fill([...eventShape], config.logScale, 'float32'),
      shift: fill([...eventShape], config.shift, 'float32'),
    }),
    forward: ({ logScale, shift }, z) => ({
      value: add(mul(z, exp(logScale)), shift),
      logDet: forEachRow(z, sum(logScale)),
    }),
    inverse: ({ logScale, shift }, x) => ({
      value: mul(sub(x, shift), exp(neg(logScale))),
      logDet: forEachRow(x, neg(sum(logScale))),
    }),
  }),
});

/** x = sinh(z)·eˢ, for vectors: not linear, so that a wrong order or a stale value shows. */
const emptySchema = strictObject({});
export const sinhScale: Definition<'layer', typeof emptySchema> = defineLayer({
  type: 'example/sinh-scale',
  version: 1,
  schema: emptySchema,
  build: (_, { eventShape }): Bijector<{ logScale: Tensor }> => ({
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: { logScale: leaf(eventShape) },
    init: (seed) => ({ logScale: mul(normal(eventShape, seed), 0.1) }),
    forward: ({ logScale }, z) => ({
      value: mul(sinh(z), exp(logScale)),
      logDet: add(sum(log(cosh(z)), 1), sum(logScale)),
    }),
    inverse: ({ logScale }, x) => {
      const unscaled = mul(x, exp(neg(logScale)));
      return {
        value: asinh(unscaled),
        logDet: sub(mul(sum(log(add(square(unscaled), 1)), 1), -0.5), sum(logScale)),
      };
    },
  }),
});

/**
 * An affine coupling of a plane whose network is one tanh: x₁ = z₁, x₂ = z₂·eˢ + t with [s, t] = tanh([z₁, context]·W).
 * `swap` exchanges the dimensions.
 */
const couplingSchema = strictObject({ swap: optional(number(), 0) });
export const planeCoupling: Definition<'layer', typeof couplingSchema> = defineLayer({
  type: 'example/plane-coupling',
  version: 1,
  schema: couplingSchema,
  build: ({ swap }, { contextShape, eventShape, fail }): Bijector<{ weight: Tensor }> => {
    if (eventShape.length !== 1 || eventShape[0] !== 2) fail('an event is two numbers');
    const contextSize = contextShape ? sizeOf(contextShape) : 0;
    const halves = (x: Tensor) => {
      const column = (at: number) => slice(x, [0, at], [rowsOf(x), 1]);
      return { kept: column(swap), changed: column(1 - swap) };
    };
    const join = (kept: Tensor, changed: Tensor) => concat(swap ? [changed, kept] : [kept, changed], 1);
    const parameters = (weight: Tensor, kept: Tensor, { context }: Call) => {
      const input = contextSize ? concat([kept, reshape(context as Tensor, [rowsOf(kept), contextSize])], 1) : kept;
      const raw = tanh(rowsOf(kept) ? matMul(input as Tensor2D, weight as Tensor2D) : zeros([0, 2]));
      return { s: slice(raw, [0, 0], [rowsOf(kept), 1]), t: slice(raw, [0, 1], [rowsOf(kept), 1]) };
    };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape,
      layout: { weight: leaf([1 + contextSize, 2]) },
      init: (seed) => ({ weight: mul(normal([1 + contextSize, 2], seed), 0.5) }),
      forward: ({ weight }, z, call) => {
        const { kept, changed } = halves(z);
        const { s, t } = parameters(weight, kept, call);
        return { value: join(kept, add(mul(changed, exp(s)), t)), logDet: reshape(s, [rowsOf(z)]) };
      },
      inverse: ({ weight }, x, call) => {
        const { kept, changed } = halves(x);
        const { s, t } = parameters(weight, kept, call);
        return { value: join(kept, mul(sub(changed, t), exp(neg(s)))), logDet: reshape(neg(s), [rowsOf(x)]) };
      },
    };
  },
});

/** z = (x − mean) / deviation of the batch it starts from. Its `start` is naive: called again, it would start again. */
export const actnormLike: Definition<'layer', typeof emptySchema> = defineLayer({
  type: 'example/actnorm-like',
  version: 1,
  schema: emptySchema,
  build: (_, { eventShape }): Bijector<{ mean: Tensor | null; logScale: Tensor | null }> => ({
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: {
      mean: leaf(eventShape, { trainable: false, fromData: true }),
      logScale: leaf(eventShape, { fromData: true }),
    },
    init: () => ({ mean: null, logScale: null }),
    start: async (_params, data) => {
      const moments = runningMoments(sizeOf(eventShape));
      await data.each(async (x) => moments.add(await x.data()));
      const event = (numbers: Float64Array) => tensor(Float32Array.from(numbers), [...eventShape]);
      return { mean: event(moments.mean()), logScale: event(moments.deviation().map(Math.log)) };
    },
    forward: (params, z) => ({
      value: add(mul(z, exp(params.logScale as Tensor)), params.mean as Tensor),
      logDet: forEachRow(z, sum(params.logScale as Tensor)),
    }),
    inverse: (params, x) => ({
      value: mul(sub(x, params.mean as Tensor), exp(neg(params.logScale as Tensor))),
      logDet: forEachRow(x, neg(sum(params.logScale as Tensor))),
    }),
  }),
});

/** Returns its input itself, and keeps a fixed int32 leaf. */
export const identityWithTag: Definition<'layer', typeof emptySchema> = defineLayer({
  type: 'example/identity-with-tag',
  version: 1,
  schema: emptySchema,
  build: (_, { eventShape }): Bijector<{ tag: Tensor }> => {
    const map = (_params: unknown, value: Tensor) => ({ value, logDet: zeros([rowsOf(value)]) });
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout: { tag: leaf([3], { dtype: 'int32' }) },
      init: () => ({ tag: tensor([7, -8, 2 ** 31 - 1], [3], 'int32') }),
      forward: map,
      inverse: map,
    };
  },
});

/** Adds noise from [0, width) to whole numbers, `width` learned (1 to begin with); floors them back. */
export const addNoise: Definition<'dequantizer', typeof emptySchema> = defineDequantizer({
  type: 'example/add-noise',
  version: 1,
  schema: emptySchema,
  build: (_, { eventShape }) => {
    const encode = ({ logWidth }: { logWidth: Tensor }, raw: Tensor, noise: Tensor) => ({
      value: add(raw, mul(noise, exp(logWidth))),
      logDensity: forEachRow(raw, mul(logWidth, sizeOf(eventShape))),
    });
    return {
      eventShape,
      contextShape: null,
      layout: { logWidth: leaf([]) },
      init: () => ({ logWidth: fill([], 0, 'float32') }),
      encode: (params, raw, seed) => encode(params, raw, uniform(raw.shape, seed)),
      withNoise: { shape: (raw) => raw, encode },
      decode: (_params, value) => floor(value),
    };
  },
});

/** A layer that does nothing but call `seen` each time that it is run. */
export const probe = (seen: () => void): Definition<'layer', typeof emptySchema> =>
  defineLayer({
    type: 'example/probe',
    version: 1,
    schema: emptySchema,
    build: (_, { eventShape }): Bijector => {
      const map = (_params: unknown, value: Tensor) => {
        seen();
        return { value, logDet: zeros([rowsOf(value)]) };
      };
      return {
        eventShape,
        baseShape: eventShape,
        contextShape: null,
        layout: {},
        init: () => ({}),
        forward: map,
        inverse: map,
      };
    },
  });
