import { add, clone, type Tensor } from '@tensorflow/tfjs-core';
import { standardNormal } from './bases/standard-normal.ts';
import { build, requireBatch } from './build.ts';
import { broadcastContext } from './context.ts';
import type { Bijector, Call, Dequantizer, GradientMode, Latent, Part, Spec, Transformed } from './contract.ts';
import { callOf } from './direction.ts';
import { tidied } from './engine.ts';
import { DiffeoError } from './error.ts';
import { requireCount, requireShape, temperatures } from './flow-arguments.ts';
import type { Layout, Params } from './params.ts';
import { requireStarted } from './params.ts';
import { fold, requireSeed, type Seed, uniform } from './seed.ts';
import { sequence } from './sequence.ts';
import { type Shape, sameShape, sizeOf } from './shape.ts';

/** What a flow is made of: plain JSON but for the links of its specs. */
export interface FlowSpec {
  /** The shape of one sample of the data. */
  readonly eventShape: Shape;
  /** The shape of what the flow is conditioned on; absent or `null` for an unconditional flow. */
  readonly contextShape?: Shape | null;
  /** Turns discrete data into continuous data. */
  readonly dequantize?: Spec<'dequantizer'>;
  /** In the order in which data meets them in training. */
  readonly layers: readonly Spec<'layer'>[];
  /** Default `standardNormal()`. */
  readonly base?: Spec<'base'>;
}

/** One tree for everything that a flow learns or keeps. */
export interface FlowParams {
  readonly dequantize: Params;
  readonly layers: readonly Params[];
  readonly base: Params;
}

/** How to take a likelihood. */
export interface LogProbOptions {
  /** One row for each row of `x`, or one for all. */
  readonly context?: Tensor;
  /** Draws training noise (dropout). Absent: evaluation. */
  readonly seed?: Seed;
  /**
   * Draws the dequantization noise, or what `drawNoise` made of a seed. Required when the flow has a dequantizer, and only
   * then used.
   */
  readonly noise?: Seed | Tensor;
  /** Default `store`. */
  readonly gradient?: GradientMode;
}

/** How to sample. */
export interface SampleOptions {
  readonly count: number;
  readonly seed: Seed;
  /** One row for each sample, or one for all. */
  readonly context?: Tensor;
  /** Scales the base's spread: 1 is the model, less is nearer its modes. A record sets it for each latent by name. */
  readonly temperature?: number | Readonly<Record<string, number>>;
}

/** One part's result on the way from data to base. */
export interface TracedStep extends Transformed {
  /** `layers.3 (@diffeo/layers-coupling/affine)` */
  readonly name: string;
}

/** A normalizing flow. The caller owns every tensor that it returns. */
export interface Flow extends Part<FlowParams> {
  readonly spec: FlowSpec;
  readonly bijector: Bijector<readonly Params[]>;
  /** The shape of an event on the base's side. */
  readonly baseShape: Shape;
  /** The named parts of the base vector; one called `base` unless the flow is multi-scale. */
  readonly latents: readonly Latent[];
  readonly dequantizes: boolean;
  /** What turns discrete data into continuous data; `null` where the data are continuous. */
  readonly dequantizer: Dequantizer | null;
  /** Fills what starts from data. `x`: `[batch, ...eventShape]`, as many rows as are at hand. */
  start(params: FlowParams, x: Tensor, options?: Omit<LogProbOptions, 'gradient'>): FlowParams;
  /**
   * The exact log-likelihood of each row, `[batch]`, nats, in the units of the data as given (for dequantized data, a
   * lower bound on the log-probability of the discrete value).
   */
  logProb(params: FlowParams, x: Tensor, options?: LogProbOptions): Tensor;
  /**
   * Data → base: `[batch, ...eventShape]` → `[batch, ...baseShape]`, with the log-determinant of everything before the base
   * (the dequantization's log-density included): `logProb` is the base's log-density at the value plus `logDet`.
   */
  toBase(params: FlowParams, x: Tensor, options?: LogProbOptions): Transformed;
  /** Base → data, the opposite of `toBase`: exact but for rounding, and discrete again where the flow dequantizes. */
  toData(params: FlowParams, z: Tensor, options?: { readonly context?: Tensor }): Tensor;
  /**
   * What each part returns on the way from data to base, in that order: the dequantizer, each layer, the base (whose
   * `logDet` is its log-density). For pictures of a flow at work, and to find the part at which a number stops being one.
   */
  trace(params: FlowParams, x: Tensor, options?: LogProbOptions): readonly TracedStep[];
  /** `[count, ...eventShape]`. The same seed gives the same samples on every backend, up to float32 rounding. */
  sample(params: FlowParams, options: SampleOptions): Tensor;
  /** The noise that a seed gives so many rows of data; `null` where there is none, or it is not made of uniform numbers. */
  drawNoise(rows: number, seed: Seed): Tensor | null;
  /** The points on the base's side that `sample` maps to data, `[count, ...baseShape]`. */
  drawBase(params: FlowParams, options: SampleOptions): Tensor;
}

/** `result` as a tensor that the caller can dispose and keep `given`: a layer may return its input itself. */
const ownedBeside = (given: Tensor, result: Tensor): Tensor => (result === given ? clone(result) : result);

/**
 * A flow from its parts. The likelihood, said once: log p(x) = log p_base(inverse(x).value) + inverse(x).logDet.
 *
 * @throws DiffeoError `SHAPE` where a part does not fit its place, with the part's name; `SPEC` for a part that is plain
 * JSON.
 */
export function flow(spec: FlowSpec): Flow {
  const { eventShape } = spec;
  const contextShape = spec.contextShape ?? null;
  requireShape(eventShape, 'eventShape');
  if (contextShape) requireShape(contextShape, 'contextShape');

  const dequantizer = spec.dequantize ? build(spec.dequantize, { name: 'dequantize', eventShape, contextShape }) : null;
  const dataShape = dequantizer?.baseShape ?? eventShape;
  let shape = dataShape;
  const layers = spec.layers.map((layer, i) => {
    const built = build(layer, {
      name: `layers.${i}`,
      eventShape: shape,
      contextShape,
    });
    shape = built.baseShape;
    return built;
  });
  const bijector = sequence(layers, dataShape);
  const base = build(spec.base ?? standardNormal(), {
    name: 'base',
    eventShape: shape,
    contextShape,
  });
  const latents = bijector.latents ?? [{ name: 'base', size: sizeOf(shape) }];
  const layout = {
    dequantize: dequantizer?.layout ?? {},
    layers: bijector.layout,
    base: base.layout,
  } as unknown as Layout<FlowParams>;

  /** The call that the parts see. */
  const callOn = (x: Tensor, { context, seed, gradient }: LogProbOptions): Call => ({
    ...broadcastContext(context, contextShape, requireBatch(x, eventShape, 'the flow')),
    ...(seed !== undefined && { seed }),
    ...(gradient && { gradient }),
  });

  const noiseShape = ([rows]: Shape): Shape | undefined =>
    dequantizer?.withNoise?.shape([rows as number, ...eventShape]);

  function requireNoise({ shape }: Tensor, noise: Tensor): void {
    const wanted = noiseShape(shape);
    if (wanted && sameShape(noise.shape, wanted) && noise.dtype === 'float32') return;
    throw new DiffeoError(
      'SHAPE',
      `options.noise must be ${wanted ? `float32 [${wanted}]` : 'a seed'}; got ${noise.dtype} [${noise.shape}]`,
    );
  }

  /** The call, and the data as the layers take it. */
  function enter(params: FlowParams, x: Tensor, options: LogProbOptions) {
    const call = callOn(x, options);
    const { noise } = options;
    if (!dequantizer) return { call, value: x, logDensity: null };
    const drawn = noise instanceof Object;
    if (drawn) requireNoise(x, noise);
    else requireSeed(noise, 'this flow dequantizes: options.noise');
    const own = params.dequantize;
    requireStarted(dequantizer.layout, own, 'dequantize');
    const { withNoise } = dequantizer;
    return {
      call,
      ...(drawn && withNoise ? withNoise.encode(own, x, noise, call) : dequantizer.encode(own, x, noise as Seed, call)),
    };
  }

  function encode(params: FlowParams, x: Tensor, options: LogProbOptions) {
    const { value, logDensity, call } = enter(params, x, options);
    const z = bijector.inverse(params.layers, value, call);
    return { call, value: z.value, logDet: logDensity ? add(z.logDet, logDensity) : z.logDet };
  }

  function decode(params: FlowParams, z: Tensor, call: Call): Tensor {
    const value = bijector.decode(params.layers, z, call);
    return dequantizer ? dequantizer.decode(params.dequantize, value) : value;
  }

  function draw(params: FlowParams, { count, seed, context, temperature }: SampleOptions) {
    requireCount(count, 'count');
    requireSeed(seed, 'the seed');
    const call: Call = broadcastContext(context, contextShape, count);
    return { z: base.sample(params.base, count, seed, temperatures(temperature, latents), call), call };
  }

  return {
    spec,
    eventShape,
    contextShape,
    baseShape: shape,
    layout,
    bijector,
    latents,
    dequantizes: dequantizer !== null,
    dequantizer,
    init: (seed) => {
      requireSeed(seed, 'the seed');
      return tidied(() => ({
        dequantize: dequantizer?.init(fold(seed, 'dequantize')) ?? {},
        layers: bijector.init(fold(seed, 'layers')),
        base: base.init(fold(seed, 'base')),
      }));
    },
    start: (params, x, options = {}) =>
      tidied(() => {
        const first = callOn(x, options);
        if (x.shape[0] === 0) throw new DiffeoError('DATA', 'start needs at least one row of data');
        const dequantize = dequantizer?.start?.(params.dequantize, x, first) ?? params.dequantize;
        const { value, call } = enter({ ...params, dequantize }, x, { ...options, noise: options.noise ?? 0 });
        const started = bijector.start(params.layers, value, call);
        return {
          dequantize,
          layers: started,
          // Where the base does not start from data, nothing is run to find what it would start from.
          base: base.start?.(params.base, bijector.inverse(started, value, call).value, call) ?? params.base,
        };
      }),
    toBase: (params, x, options = {}) =>
      tidied(() => {
        const { value, logDet } = encode(params, x, options);
        return { value: ownedBeside(x, value), logDet };
      }),
    logProb: (params, x, options = {}) =>
      tidied(() => {
        const { value, logDet, call } = encode(params, x, options);
        return add(base.logProb(params.base, value, call), logDet);
      }),
    trace: (params, x, options = {}) =>
      tidied(() => {
        const entered = enter(params, x, options);
        const { call, logDensity } = entered;
        let { value } = entered;
        const steps = layers.map((layer, i) => {
          const step = layer.inverse(params.layers[i], value, callOf(call, i));
          value = step.value;
          return { name: `layers.${i} (${spec.layers[i]?.$type})`, ...step };
        });
        const last = { name: 'base', value, logDet: base.logProb(params.base, value, call) };
        const first = logDensity ? [{ name: 'dequantize', value: entered.value, logDet: logDensity }] : [];
        // A step may pass on the tensor of the one before: each gets tensors of its own.
        return [...first, ...steps, last].map(({ name, ...step }) => ({
          name,
          value: clone(step.value),
          logDet: clone(step.logDet),
        }));
      }),
    toData: (params, z, { context } = {}) =>
      tidied(() => {
        const batch = requireBatch(z, shape, 'the flow (base → data)');
        return ownedBeside(z, decode(params, z, broadcastContext(context, contextShape, batch)));
      }),
    sample: (params, options) =>
      tidied(() => {
        const { z, call } = draw(params, options);
        return decode(params, z, call);
      }),
    drawNoise: (rows, seed) => {
      requireCount(rows, 'rows');
      requireSeed(seed, 'the seed');
      const shape = noiseShape([rows]);
      return shape ? uniform(shape, seed) : null;
    },
    drawBase: (params, options) => tidied(() => draw(params, options).z),
  };
}
