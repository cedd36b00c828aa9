import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector, Call, Kind, Kinds, Site, Spec, Transformed } from './contract.ts';
import { contractVersion, definitionOf, packageOf } from './define.ts';
import { DiffeoError } from './error.ts';
import { requireStarted } from './params.ts';
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

/** Throws `CONTEXT` unless a call carries the context that a part needs. */
export function requireContext(call: Call, shape: Shape, batch: number, who: string): void {
  const { context } = call;
  if (!context) throw new DiffeoError('CONTEXT', `${who} needs a context ${describeBatch(shape)} and got none`);
  if (context.shape[0] === batch && sameShape(context.shape.slice(1), shape)) return;
  throw new DiffeoError(
    'CONTEXT',
    `${who} needs a context [${[batch, ...shape].join(', ')}] and got [${context.shape.join(', ')}]`,
  );
}

/** Wraps a layer once with the checks that no layer then repeats: shapes in and out, context, started leaves. */
function checked(layer: Bijector, who: string): Bijector {
  const map = (direction: 'forward' | 'inverse', from: Shape, to: Shape) => {
    const run = layer[direction].bind(layer);
    return (params: unknown, point: Tensor, call: Call): Transformed => {
      const batch = requireBatch(point, from, `${who}.${direction}`);
      if (layer.contextShape) requireContext(call, layer.contextShape, batch, who);
      requireStarted(layer.layout, params, who);
      const result = run(params, point, call);
      requireBatch(result.value, to, `after ${who}.${direction}, whatever comes next`);
      if (result.logDet.rank === 1 && result.logDet.shape[0] === batch) return result;
      throw new DiffeoError(
        'SHAPE',
        `${who}.${direction} must return a logDet [${batch}] and returned [${result.logDet.shape.join(', ')}]`,
      );
    };
  };
  return {
    ...layer,
    forward: map('forward', layer.baseShape, layer.eventShape),
    inverse: map('inverse', layer.eventShape, layer.baseShape),
  };
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
  const part = definition.build(spec.config, site);
  return (definition.kind === 'layer' ? checked(part as Bijector, who) : part) as Kinds[K];
}
