import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import { shortList } from '../arguments/describe-value.ts';
import { requireTensor } from '../arguments/require-tensor.ts';
import { leaves, requireStarted } from '../params/params.ts';
import { withinPart } from '../tracing/current-part.ts';
import { floatCall } from './call-context.ts';
import { DiffeoError } from './error.ts';
import type { Base } from './parts/base.ts';
import type { Bijector } from './parts/bijector.ts';
import type { Dequantizer } from './parts/dequantizer.ts';
import type { Call, Part, StartingData, Transformed } from './parts/part.ts';
import type { Kind, Kinds } from './parts/spec.ts';
import { describeBatch, type Shape, sameShape } from './shape.ts';

/** Throws `SHAPE` unless `tensor` is `[batch, ...shape]`; returns the batch size. */
export function requireBatch(tensor: Tensor, shape: Shape, who: string): number {
  if (tensor.rank === shape.length + 1 && sameShape(tensor.shape.slice(1), shape)) return tensor.shape[0] as number;
  throw new DiffeoError('SHAPE', `${who} takes ${describeBatch(shape)} and got [${shortList(tensor.shape)}]`);
}

/** What a part returned, if it has the shape that it must have. */
function returned(tensor: Tensor, shape: Shape, what: string, who: string): Tensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  throw new DiffeoError(
    'SHAPE',
    `${who} must return ${what} [${shape.join(', ')}] and returned [${tensor.shape.join(', ')}]`,
  );
}

/** Throws `CONTEXT` unless a call carries the context that a part needs. */
function requireContext(call: Call, shape: Shape, batch: number, who: string): void {
  const { context } = call;
  const wanted = [batch, ...shape];
  if (context && sameShape(context.shape, wanted)) return;
  const got = context ? `[${context.shape.join(', ')}]` : 'none';
  throw new DiffeoError('CONTEXT', `${who} needs a context [${wanted.join(', ')}] and got ${got}`);
}

/** Starting happens once: where no leaf is `null` any more, `start` returns what there is. */
// biome-ignore lint/suspicious/noExplicitAny: parts of any parameters
function startingOnce<T extends Part<any>>(part: T): T {
  const start = part.start?.bind(part);
  if (!start) return part;
  return {
    ...part,
    start: (params: unknown, data: StartingData) =>
      leaves(part.layout, params).some(({ tensor }) => tensor === null) ? start(params, data) : params,
  };
}

/**
 * Wraps a layer once with the checks that no layer then repeats: shapes in and out, context, started leaves. An empty
 * batch does not reach the layer, because several kernels of tfjs fail on one.
 */
function checkedLayer(layer: Bijector, who: string): Bijector {
  const map = (direction: 'forward' | 'inverse', from: Shape, to: Shape) => {
    const run = layer[direction].bind(layer);
    const where = `${who}.${direction}`;
    return (params: unknown, given: Tensor, called: Call): Transformed => {
      const point = requireTensor(given, where);
      const call = floatCall(called, who);
      const batch = requireBatch(point, from, where);
      if (layer.contextShape) requireContext(call, layer.contextShape, batch, who);
      if (layer.start || !params) requireStarted(layer.layout, params, who);
      if (batch === 0) return { value: zeros([0, ...to]), logDet: zeros([0]) };
      const { value, logDet } = withinPart(who, () => run(params, point, call));
      return {
        value: returned(value, [batch, ...to], 'a value', where),
        logDet: returned(logDet, [batch], 'a logDet', where),
      };
    };
  };
  return {
    ...layer,
    forward: map('forward', layer.baseShape, layer.eventShape),
    inverse: map('inverse', layer.eventShape, layer.baseShape),
  };
}

/** Wraps a base distribution once with the checks that no base then repeats. */
function checkedBase(base: Base, who: string): Base {
  const logProb = base.logProb.bind(base);
  const sample = base.sample.bind(base);
  return {
    ...base,
    logProb: (params, given, call) => {
      const z = requireTensor(given, who);
      const batch = requireBatch(z, base.eventShape, who);
      if (base.start) requireStarted(base.layout, params, who);
      const found = withinPart(who, () => logProb(params, z, floatCall(call, who)));
      return returned(found, [batch], 'log-densities', who);
    },
    sample: (params, count, seed, temperature, call) => {
      if (base.start) requireStarted(base.layout, params, who);
      const samples = withinPart(who, () => sample(params, count, seed, temperature, floatCall(call, who)));
      return returned(samples, [count, ...base.eventShape], 'samples', who);
    },
  };
}

/** The data that a dequantizer is given, as float32; the shapes are the flow's to check. */
function checkedDequantizer(part: Dequantizer, who: string): Dequantizer {
  const { encode, decode, withNoise, roundTrip } = part;
  return {
    ...part,
    encode: (params, raw, seed, call) =>
      withinPart(who, () => encode.call(part, params, requireTensor(raw, who), seed, floatCall(call, who))),
    decode: (params, value) => withinPart(who, () => decode.call(part, params, requireTensor(value, who))),
    ...(withNoise && {
      withNoise: {
        ...withNoise,
        encode: (params, raw, noise, call) =>
          withinPart(who, () =>
            withNoise.encode(params, requireTensor(raw, who), requireTensor(noise, who), floatCall(call, who)),
          ),
      },
    }),
    ...(roundTrip && {
      roundTrip: (params, raw, seed, call) =>
        roundTrip.call(part, params, requireTensor(raw, who), seed, floatCall(call, who)),
    }),
  };
}

/** Wraps a part once with the checks that no part of its kind then repeats. */
export function checked<K extends Kind>(kind: K, part: Kinds[K], who: string): Kinds[K] {
  if (kind === 'layer') return startingOnce(checkedLayer(part as Bijector, who)) as Kinds[K];
  if (kind === 'base') return startingOnce(checkedBase(part as Base, who)) as Kinds[K];
  if (kind === 'dequantizer') return startingOnce(checkedDequantizer(part as Dequantizer, who)) as Kinds[K];
  return part;
}
