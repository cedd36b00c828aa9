import { DiffeoError, disposeParams, type Flow, type FlowParams, flow, leaves, mapParams, normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients, stopGradient } from '@diffeo/core/gradients';
import { add, clone, mul, square, sub, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { LossCall, LossDraw, LossInputs } from '../training/loss.ts';

/** The logarithm of a density at each row of `x`, `[rows]`, up to a constant; under a context where the flow has one. */
export type LogDensity = (x: Tensor, context?: Tensor) => Tensor;

/** Draws from a flow in the course of training it. */
export interface VariationalSampler {
  /** Throws DiffeoError `CONFIG` where samples of the base do not follow its trained parameters. */
  prepare(params: FlowParams): Promise<void>;
  /** What a step needs for so many samples. */
  draw(draw: LossDraw, count: number): LossInputs;
  /** Samples of those draws and their log-densities under the flow. */
  sample(params: FlowParams, inputs: LossInputs, call: LossCall): { readonly value: Tensor; readonly logProb: Tensor };
}

/** @throws DiffeoError `CONFIG` where samples of the base do not follow its parameters, as those of a mixture do not follow its weights. */
async function requireReparameterised(model: Flow, params: FlowParams): Promise<void> {
  registerGradients();
  const { contextShape } = model;
  const context = contextShape && normal([1, ...contextShape], 2);
  const drawn = { count: 64, seed: 1, ...(context && { context }) };
  // Near the parameters, since a network that begins with zeros lets no gradient through.
  const near = tidied(() =>
    mapParams(model.layout, params, (tensor, _, { trainable }) =>
      tensor && trainable ? add(tensor, mul(normal(tensor.shape, 3), 0.1)) : tensor && clone(tensor),
    ),
  );
  const trained = leaves(model.layout, near).filter(({ path, leaf }) => leaf.trainable && path.startsWith('base.'));
  const { value, grads } = differentiate(
    () => sum(square(model.drawBase(near, drawn))),
    trained.map(({ tensor }) => tensor as Tensor),
  );
  const moves = await Promise.all(grads.map(async (slope) => (await slope?.data())?.some((one) => one !== 0)));
  const unmoved = trained.find((_, i) => !moves[i]);
  for (const made of [value, context, ...grads]) made?.dispose();
  disposeParams(model.layout, near);
  if (!unmoved) return;
  throw new DiffeoError(
    'CONFIG',
    `'${unmoved.path}' does not move the samples that it draws, so that no gradient goes through them: give the base trainable: false, or take standardNormal() or diagonalNormal()`,
  );
}

/**
 * Samples of a flow. With `pathGradient` gradients of their log-density go through the samples alone, and not through the
 * parameters of the density: the rest of it has mean 0, and is noise (Roeder, Wu & Duvenaud 2017, "Sticking the landing").
 */
export function variationalSampler(model: Flow, pathGradient: boolean): VariationalSampler {
  if (model.dequantizes) {
    throw new DiffeoError('ONE_WAY', 'a flow that dequantizes gives discrete samples, through which no gradient goes');
  }
  const isFixed = leaves(model.layout, {}).every(({ path, leaf }) => !leaf.trainable || !path.startsWith('base.'));
  // Then noise is drawn outside, and steps are replayed.
  const isDrawnOutside = isFixed && !model.contextShape;
  const base = isDrawnOutside
    ? flow({ eventShape: model.baseShape, layers: [], ...(model.spec.base && { base: model.spec.base }) })
    : null;
  function draw({ params, seed }: LossDraw, count: number): LossInputs {
    return base ? { z: model.drawBase(params, { count, seed }) } : { places: zeros([count]) };
  }

  function sampleOnce(params: FlowParams, { z, places, context }: LossInputs, { seed }: LossCall) {
    if (!base || !z) {
      const count = (places as Tensor).shape[0] as number;
      return model.sampleWithLogProb(params, { count, seed, ...(context && { context }) });
    }
    const { value, logDet } = model.bijector.forward(params.layers, z, {});
    const logBase = base.logProb({ dequantize: {}, layers: [], base: params.base }, z);
    return { value, logProb: sub(logBase, logDet) };
  }

  return {
    prepare: async (params) => {
      if (!isFixed) await requireReparameterised(model, params);
    },
    draw,
    sample: (params, inputs, call) => {
      const drawn = sampleOnce(params, inputs, call);
      if (!pathGradient) return drawn;
      const stopped = mapParams(model.layout, params, (tensor) => tensor && stopGradient(tensor));
      const { context } = inputs;
      return { ...drawn, logProb: model.logProb(stopped, drawn.value, context && { context }) };
    },
  };
}

/** @throws DiffeoError `SHAPE` unless a target gives a number for each row. */
export function logDensityOf(target: LogDensity, x: Tensor, context: Tensor | undefined): Tensor {
  const found = target(x, context);
  if (found?.shape?.length === 1 && found.shape[0] === x.shape[0] && found.dtype === 'float32') return found;
  const got = found?.shape ? `${found.dtype} [${found.shape}]` : String(found);
  throw new DiffeoError('SHAPE', `a log-density gives float32 [${x.shape[0]}], one for each row; got ${got}`);
}
