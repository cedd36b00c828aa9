import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Base, Bijector, Call, Dequantizer, Kind, Kinds, Part, Site, Spec, Transformed } from './contract.ts';
import { contractVersion, definitionOf, packageOf } from './define.ts';
import { DiffeoError } from './error.ts';
import { leaves, requireStarted } from './params.ts';
import { describeBatch, type Shape, sameShape } from './shape.ts';

/** Where to build: `name` is the path of the part in errors and files. */
export interface Place {
  readonly name: string;
  readonly eventShape: Shape;
  readonly contextShape: Shape | null;
}

/** Throws `SHAPE` unless `tensor` is `[batch, ...shape]`; returns the batch size. */
export function requireBatch(tensor: Tensor, shape: Shape, who: string): number {
  if (tensor.rank === shape.length + 1 && sameShape(tensor.shape.slice(1), shape)) return tensor.shape[0] as number;
  throw new DiffeoError('SHAPE', `${who} takes ${describeBatch(shape)} and got [${tensor.shape.join(', ')}]`);
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
    start: (params: unknown, x: Tensor, call: Call) =>
      leaves(part.layout, params).some(({ tensor }) => tensor === null) ? start(params, x, call) : params,
  };
}

/**
 * Wraps a layer once with the checks that no layer then repeats: shapes in and out, context, started leaves. An empty
 * batch does not reach the layer, because several kernels of tfjs fail on one.
 */
function checkedLayer(layer: Bijector, who: string): Bijector {
  const map = (direction: 'forward' | 'inverse', from: Shape, to: Shape) => {
    const run = layer[direction].bind(layer);
    return (params: unknown, point: Tensor, call: Call): Transformed => {
      const batch = requireBatch(point, from, `${who}.${direction}`);
      if (layer.contextShape) requireContext(call, layer.contextShape, batch, who);
      if (layer.start || !params) requireStarted(layer.layout, params, who);
      if (batch === 0) return { value: zeros([0, ...to]), logDet: zeros([0]) };
      const { value, logDet } = run(params, point, call);
      const where = `${who}.${direction}`;
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
    logProb: (params, z, call) => {
      const batch = requireBatch(z, base.eventShape, who);
      if (base.start) requireStarted(base.layout, params, who);
      return returned(logProb(params, z, call), [batch], 'log-densities', who);
    },
    sample: (params, count, seed, temperature, call) => {
      if (base.start) requireStarted(base.layout, params, who);
      const samples = sample(params, count, seed, temperature, call);
      return returned(samples, [count, ...base.eventShape], 'samples', who);
    },
  };
}

function checked<K extends Kind>(kind: K, part: Kinds[K], who: string): Kinds[K] {
  if (kind === 'layer') return startingOnce(checkedLayer(part as Bijector, who)) as Kinds[K];
  if (kind === 'base') return startingOnce(checkedBase(part as Base, who)) as Kinds[K];
  return kind === 'dequantizer' ? (startingOnce(part as Dequantizer) as Kinds[K]) : part;
}

/**
 * Builds the part that a spec describes.
 *
 * @throws DiffeoError `SPEC` for plain JSON or another contract; `SHAPE` where the part does not fit its place.
 */
export function build<K extends Kind>(spec: Spec<K>, place: Place): Kinds[K] {
  const { name, eventShape, contextShape } = place;
  const definition = definitionOf(spec);
  if (!definition) {
    throw new DiffeoError(
      'SPEC',
      `${name}: expected what a definition returns, such as affineCoupling(); got plain JSON. Saved specs come back through load() or hydrate().`,
    );
  }
  const { type } = definition;
  if (definition.contract !== contractVersion) {
    throw new DiffeoError(
      'SPEC',
      `${name}: '${type}' was written for contract ${definition.contract} and this @diffeo/core has contract ${contractVersion}. Install matching versions of ${packageOf(type)} and @diffeo/core.`,
    );
  }
  const who = `${name} (${type})`;
  const site: Site = {
    ...place,
    fail: (message) => {
      throw new DiffeoError('SHAPE', `${who}, event shape [${eventShape.join(', ')}]: ${message}`);
    },
    build: (inner, label, at = {}) =>
      build(inner, {
        name: `${name}.${label}`,
        eventShape: at.eventShape ?? eventShape,
        contextShape: at.contextShape === undefined ? contextShape : at.contextShape,
      }),
  };
  return checked(definition.kind, definition.build(spec.config, site), who);
}
