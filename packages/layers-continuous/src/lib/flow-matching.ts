import {
  build,
  DiffeoError,
  type Flow,
  type FlowParams,
  flow,
  fold,
  leaves,
  type Params,
  type Seed,
  shuffled,
  sizeOf,
  standardNormal,
  uniform,
} from '@diffeo/core';
import { numberBetween, oneOf, requireOptions } from '@diffeo/core/arguments';
import { add, mean, mul, reshape, square, sub, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { type ContinuousConfig, continuous } from './continuous.ts';
import { buildTimeNetwork, type TimeNetwork } from './field/time-network.ts';
import { optimalPairs } from './pairing/optimal-pairs.ts';

/** How a field is matched. */
export interface FlowMatchingOptions {
  /** The deviation around each data point at which paths end, in units of the continuous layer's own side. Default 0. */
  readonly sigma?: number;
  /**
   * Which point of the base goes to which of the data: `independent`, or `optimal` within each 256 rows of a batch, those that are together the least way apart: straighter
   * paths, so fewer steps of the solver. Not with a context or weights of rows, which would then depend on the base's points. Default `independent`.
   */
  readonly pairing?: 'independent' | 'optimal';
}

/** A loss for `minimise` of `@diffeo/trainer`. */
export interface FlowMatchingLoss {
  draw(draw: {
    readonly params: FlowParams;
    readonly rows: number;
    readonly seed: Seed;
    readonly inputs: Readonly<Record<string, Tensor>>;
  }): Record<string, Tensor>;
  value(
    params: FlowParams,
    inputs: Readonly<Record<string, Tensor>>,
    call: { readonly seed: Seed; readonly training: boolean },
  ): Tensor;
}

type Inputs = Readonly<Record<string, Tensor>>;

const refuse = (message: string): never => {
  throw new DiffeoError('CONFIG', `flowMatching: ${message}`);
};

/** The parts of a flow that ends in one continuous layer: what stands before it, its network, and the base. */
function partsOf({ spec, layout, baseShape, contextShape }: Flow) {
  const at = spec.layers.length - 1;
  const last = spec.layers[at];
  const untrained = leaves(layout, {}).filter(({ path, leaf }) => leaf.trainable && !path.startsWith(`layers.${at}.`));
  if (last?.$type !== continuous.type) refuse('the last layer of the flow must be continuous()');
  const [first] = untrained;
  if (first) {
    refuse(
      `it trains the continuous layer alone, and '${first.path}' would stay as it is: take one continuous layer with nothing to train before it, or fit() by likelihood`,
    );
  }
  const { layers, base = standardNormal(), ...shapes } = spec;
  const place = { name: `layers.${at}.network`, eventShape: baseShape, contextShape };
  const { network } = (last as { config: object }).config as ContinuousConfig;
  const timed: TimeNetwork = buildTimeNetwork(network, baseShape, (part) => build(part, place));
  if (build(base, { ...place, name: 'base' }, 'base').contextShape) refuse('the base must not depend on the context');
  return {
    timed,
    front: flow({ ...shapes, layers: layers.slice(0, at) }),
    base: flow({ eventShape: baseShape, layers: [], base }),
  };
}

/**
 * The loss of flow matching (Lipman et al. 2023, eq. 23; Liu et al. 2023, "rectified flow") for a flow whose last layer is
 * `continuous()`: with a point of the base x₀, one of the data x₁ and a time t uniform on [0, 1], the field at
 * x_t = (1 − (1 − σ)·t)·x₀ + t·x₁ is drawn to x₁ − (1 − σ)·x₀. The mean square over rows and numbers, for `minimise` of
 * `@diffeo/trainer`, with contexts and weights of rows. No equation is solved, so a step takes one evaluation of the network and
 * its gradient. The loss says nothing of likelihoods: `logProb` of the trained flow does, by the same layer.
 *
 * With `pairing: 'optimal'` x₀ and x₁ are paired within a batch (Tong et al. 2024, "Improving and generalizing flow-based generative models with minibatch optimal transport").
 *
 * @throws DiffeoError `CONFIG` where the last layer is another, where something before it or the base is trained, and for options
 * that there are not; from the loss, `CONFIG` for optimal pairs with a context or weights, and `BACKEND` for them on WebGPU.
 */
export function flowMatching(model: Flow, options: FlowMatchingOptions = {}): FlowMatchingLoss {
  requireOptions(
    'flowMatching',
    options,
    { sigma: numberBetween(0, 1), pairing: oneOf('independent', 'optimal') },
    { sigmaMin: 'sigma', sigma_min: 'sigma', coupling: 'pairing' },
  );
  const { sigma = 0, pairing = 'independent' } = options;
  const { timed, front, base } = partsOf(model);
  const size = sizeOf(model.baseShape);
  /** Points of the data where the continuous layer meets them, `[rows, size]`. */
  const ends = (params: FlowParams, { x, context, noise }: Inputs, seed: Seed | undefined): Tensor => {
    const before: FlowParams = { dequantize: params.dequantize, layers: params.layers.slice(0, -1), base: {} };
    const drawn = noise ?? seed;
    const { value } = front.toBase(before, x as Tensor, {
      ...(context && { context }),
      ...(front.dequantizes && drawn !== undefined && { noise: drawn }),
    });
    return reshape(value, [(x as Tensor).shape[0] as number, size]);
  };
  return {
    draw: ({ params, rows, seed, inputs }) => {
      const started = { dequantize: {}, layers: [], base: params.base };
      const noise = front.dequantizes ? front.drawNoise(rows, fold(seed, 'noise')) : null;
      const more = noise && { noise };
      const drawn = reshape(base.sample(started, { count: rows, seed: fold(seed, 'base') }), [rows, size]);
      if (pairing === 'optimal') requirePairable(inputs);
      const z = pairing === 'optimal' ? optimalPairs(drawn, ends(params, { ...inputs, ...more }, undefined)) : drawn;
      return { z, t: timesOf(rows, fold(seed, 'time')), ...more };
    },
    value: (params, inputs, call) => {
      const { z: x0, t: time, context, weights } = inputs as Readonly<Record<'z' | 't', Tensor>> & Inputs;
      const x1 = ends(params, inputs, call.seed);
      const at = add(mul(x0, sub(1, mul(time, 1 - sigma))), mul(x1, time));
      const own = params.layers.at(-1) as { readonly network: Params };
      const told = { ...(context && { context }), ...(call.training && { seed: call.seed }) };
      const velocity = timed.velocity(own.network, at, time, told);
      const squares = square(sub(velocity, sub(x1, mul(x0, 1 - sigma))));
      return weights ? mean(mul(mean(squares, 1), weights)) : mean(squares);
    },
  };
}

/** Pairs that depend on the data change, with a row's weight or context, which points of the base go with it. */
function requirePairable({ context, weights }: Inputs): void {
  const given = context ? 'a context' : weights ? 'weights of rows' : null;
  if (given) refuse(`pairing: 'optimal' is not for data with ${given}: take 'independent'`);
}

/** Times for a batch, `[rows, 1]`: one in each of as many equal parts of [0, 1], in random order, with less noise than independent ones. */
function timesOf(rows: number, seed: Seed): Tensor {
  const parts = tensor2d(Float32Array.from(shuffled(rows, seed)), [rows, 1]);
  return mul(add(parts, uniform([rows, 1], fold(seed, 'within'))), 1 / rows);
}
