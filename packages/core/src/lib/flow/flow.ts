import { add, clone, sub, type Tensor } from '@tensorflow/tfjs-core';
import { requireData } from '../arguments/require-inputs.ts';
import { type OptionChecks, requireOptions } from '../arguments/require-options.ts';
import { requireParams } from '../arguments/require-params.ts';
import { requireTensor } from '../arguments/require-tensor.ts';
import { standardNormal } from '../bases/standard-normal.ts';
import { build } from '../contract/build.ts';
import { requireBatch } from '../contract/checked-part.ts';
import { broadcastContext } from '../contract/context.ts';
import { callOf } from '../contract/direction.ts';
import { DiffeoError } from '../contract/error.ts';
import type { Call, StartingChunk, StartingData } from '../contract/parts/part.ts';
import { requireShape, type Shape, sameShape, sizeOf } from '../contract/shape.ts';
import { requireBaseSupport } from '../contract/support.ts';
import { tidied } from '../gradients/engine.ts';
import { sequence } from '../layers/sequence.ts';
import type { Layout } from '../params/params.ts';
import { requireStarted } from '../params/params.ts';
import { fold, requireSeed, type Seed, uniform } from '../params/seed.ts';
import {
  logProbChecks,
  requireCount,
  sampleChecks,
  specChecks,
  startChecks,
  temperatures,
  toDataChecks,
} from './flow-arguments.ts';
import type { Flow, FlowParams, LogProbOptions, SampleOptions, StartingRows } from './flow-contract.ts';
import { type FlowSpec, orderedSpec } from './flow-spec.ts';
import { startFrom } from './start-from.ts';

/** `result` as a tensor that the caller can dispose and keep `given`: a layer may return its input itself. */
const ownedBeside = (given: Tensor, result: Tensor): Tensor => (result === given ? clone(result) : result);

/**
 * A flow from its parts. The likelihood, said once: log p(x) = log p_base(inverse(x).value) + inverse(x).logDet.
 *
 * What its functions are given is looked at: data and contexts of int32 or bool become float32, parameters are held to the
 * layout, and what cannot be meant is refused.
 *
 * @throws DiffeoError `SHAPE` where a part does not fit its place, with the part's name; `SUPPORT` where the base or a layer
 * gives numbers that the layer before it does not take, or not all of those; `SPEC` for a part that is plain
 * JSON, of another kind, or missing; `CONFIG` for an entry that flows do not have.
 */
export function flow(given: FlowSpec): Flow {
  requireOptions<FlowSpec>('flow', given, specChecks, { shape: 'eventShape', bijectors: 'layers', prior: 'base' });
  // What the caller does to the lists afterwards changes neither the flow nor what is saved of it.
  const spec = orderedSpec(given);
  const { eventShape } = spec;
  const contextShape = spec.contextShape ?? null;
  requireShape(eventShape, 'eventShape');
  if (contextShape) requireShape(contextShape, 'contextShape');

  const dequantizer = spec.dequantize
    ? build(spec.dequantize, { name: 'dequantize', eventShape, contextShape }, 'dequantizer')
    : null;
  const dataShape = dequantizer?.baseShape ?? eventShape;
  let shape = dataShape;
  const layers = spec.layers.map((layer, i) => {
    const built = build(layer, { name: `layers.${i}`, eventShape: shape, contextShape }, 'layer');
    shape = built.baseShape;
    return built;
  });
  const bijector = sequence(layers, dataShape, (i) => `layers.${i} (${spec.layers[i]?.$type})`);
  const baseSpec = spec.base ?? standardNormal();
  const base = build(baseSpec, { name: 'base', eventShape: shape, contextShape }, 'base');
  requireBaseSupport(bijector.support, base.support, `base (${baseSpec.$type})`);
  const latents = bijector.latents ?? [{ name: 'base', size: sizeOf(shape) }];
  const layout = {
    dequantize: dequantizer?.layout ?? {},
    layers: bijector.layout,
    base: base.layout,
  } as unknown as Layout<FlowParams>;

  /** The data, and the call that the parts see. */
  function accept(
    x: Tensor,
    { context, seed, gradient }: LogProbOptions,
  ): { readonly raw: Tensor; readonly call: Call } {
    const raw = requireData({ eventShape }, x);
    const call: Call = {
      ...broadcastContext(context, contextShape, raw.shape[0] as number),
      ...(seed !== undefined && { seed }),
      ...(gradient && { gradient }),
    };
    return { raw, call };
  }

  const noiseShape = ([rows]: Shape): Shape | undefined =>
    dequantizer?.withNoise?.shape([rows as number, ...eventShape]);

  function requireNoise({ shape }: Tensor, noise: Tensor): void {
    const wanted = noiseShape(shape);
    requireTensor(noise, 'options.noise', 'SHAPE');
    if (wanted && sameShape(noise.shape, wanted) && noise.dtype === 'float32') return;
    throw new DiffeoError(
      'SHAPE',
      `options.noise must be ${wanted ? `float32 [${wanted}]` : 'a seed'}; got ${noise.dtype} [${noise.shape}]`,
    );
  }

  /** The call, and the data as the layers take it. */
  function enter(params: FlowParams, { raw, call }: ReturnType<typeof accept>, noise: LogProbOptions['noise']) {
    if (!dequantizer) return { call, value: raw, logDensity: null };
    const drawn = noise instanceof Object;
    if (drawn) requireNoise(raw, noise);
    else requireSeed(noise, 'this flow dequantizes: options.noise');
    const own = params.dequantize;
    requireStarted(dequantizer.layout, own, 'dequantize');
    const { withNoise } = dequantizer;
    return {
      call,
      ...(drawn && withNoise
        ? withNoise.encode(own, raw, noise, call)
        : dequantizer.encode(own, raw, noise as Seed, call)),
    };
  }

  function encode(params: FlowParams, x: Tensor, options: LogProbOptions) {
    const { value, logDensity, call } = enter(params, accept(x, options), options.noise);
    const z = bijector.inverse(params.layers, value, call);
    return { call, value: z.value, logDet: logDensity ? add(z.logDet, logDensity) : z.logDet };
  }

  function decode(params: FlowParams, z: Tensor, call: Call): Tensor {
    const value = bijector.decode(params.layers, z, call);
    return dequantizer ? dequantizer.decode(params.dequantize, value) : value;
  }

  function draw(params: FlowParams, { count, seed, context, temperature }: SampleOptions) {
    const call: Call = broadcastContext(context, contextShape, count);
    return { z: base.sample(params.base, count, seed, temperatures(temperature, latents), call), call };
  }

  /** Checks what one of the flow's functions is given first. */
  function require(where: string, params: FlowParams, options: object | undefined, checks: OptionChecks<object>): void {
    requireOptions(where, options, checks);
    requireParams(layout, params, where);
  }

  type Map = (typeof bijector)['forward'];
  const held =
    (where: string, map: Map): Map =>
    (params, ...given) => {
      requireParams(bijector.layout, params, where);
      return map(params, ...given);
    };

  return {
    spec,
    eventShape,
    contextShape,
    baseShape: shape,
    layout,
    bijector: {
      ...bijector,
      forward: held('bijector.forward', bijector.forward),
      inverse: held('bijector.inverse', bijector.inverse),
    },
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
    start: async (params, data, options = {}) => {
      require('start', params, options, startChecks);
      const startOn = async (raw: StartingData): Promise<FlowParams> => {
        const dequantize = (await dequantizer?.start?.(params.dequantize, raw)) ?? params.dequantize;
        const entered = raw.map((x, call, chunk) => {
          const { noise = 0 } = options;
          // Every chunk draws noise of its own.
          const own = chunk > 0 && typeof noise === 'number' ? fold(noise, chunk) : noise;
          return { x: enter({ ...params, dequantize }, { raw: x, call }, own).value, call };
        });
        const started = await bijector.start(params.layers, entered);
        const behind = entered.map((x, call) => ({ x: bijector.inverse(started, x, call).value, call }));
        return { dequantize, layers: started, base: (await base.start?.(params.base, behind)) ?? params.base };
      };
      const chunkOf = ({ x, ...context }: StartingRows): StartingChunk => {
        const { raw, call } = accept(x, { ...options, ...context });
        return { x: raw, call };
      };
      return await startFrom(data, options.context, chunkOf, startOn);
    },
    toBase: (params, x, options = {}) =>
      tidied(() => {
        require('toBase', params, options, logProbChecks);
        const { value, logDet } = encode(params, x, options);
        return { value: ownedBeside(x, value), logDet };
      }),
    logProb: (params, x, options = {}) =>
      tidied(() => {
        require('logProb', params, options, logProbChecks);
        const { value, logDet, call } = encode(params, x, options);
        return add(base.logProb(params.base, value, call), logDet);
      }),
    trace: (params, x, options = {}) =>
      tidied(() => {
        require('trace', params, options, logProbChecks);
        const entered = enter(params, accept(x, options), options.noise);
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
    toData: (params, z, options = {}) =>
      tidied(() => {
        require('toData', params, options, toDataChecks);
        const point = requireTensor(z, 'what goes to data');
        const batch = requireBatch(point, shape, 'the flow (base → data)');
        return ownedBeside(z, decode(params, point, broadcastContext(options.context, contextShape, batch)));
      }),
    sample: (params, options) =>
      tidied(() => {
        require('sample', params, options, sampleChecks);
        const { z, call } = draw(params, options);
        return decode(params, z, call);
      }),
    sampleWithLogProb: (params, options) =>
      tidied(() => {
        const { temperature: _, ...checks } = sampleChecks;
        require('sampleWithLogProb', params, options, checks);
        if (dequantizer) {
          throw new DiffeoError(
            'ONE_WAY',
            'sampleWithLogProb: discrete samples of a flow that dequantizes have no density',
          );
        }
        const { z, call } = draw(params, options);
        const { value, logDet } = bijector.forward(params.layers, z, call);
        return { value, logProb: sub(base.logProb(params.base, z, call), logDet) };
      }),
    drawNoise: (rows, seed) => {
      requireCount(rows, 'rows');
      requireSeed(seed, 'the seed');
      const shape = noiseShape([rows]);
      return shape ? uniform(shape, seed) : null;
    },
    drawBase: (params, options) =>
      tidied(() => {
        require('drawBase', params, options, sampleChecks);
        return draw(params, options).z;
      }),
  };
}
