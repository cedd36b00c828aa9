import { type Call, type Params, type Seed, type StackLayer, sizeOf } from '@diffeo/core';
import { isActivation } from '@diffeo/ops';
import { concat, gather, reshape, slice, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { closedDivergence, type DenseField, maxClosedLayers } from './closed-divergence.ts';
import type { Field, FieldOfRows } from './field.ts';
import { axes, type Probes, randomSigns } from './probes.ts';
import { tangentDivergence } from './tangent-divergence.ts';
import { tapedDivergence } from './taped-divergence.ts';
import type { TimeNetwork } from './time-network.ts';

/** How a divergence is found: `exact`, or estimated from so many random directions, the same for a whole solve. */
export type Divergence = 'exact' | { readonly probes: number; readonly seed: Seed };

/** The rows of the first weight that meet the numbers of the point, not the time or the context: `[size, units]`. */
function entering({ places, channels }: TimeNetwork, { weight }: StackLayer): Tensor {
  const units = weight.shape[1] as number;
  const own = slice(weight, [0, 0], [places * (channels + 1), units]);
  const apart = slice(reshape(own, [places, channels + 1, units]), [0, 0, 0], [places, channels, units]);
  return reshape(apart, [places * channels, units]);
}

/** The network as weights, where it is a dense stack. */
function denseField(timed: TimeNetwork, params: Params): DenseField | null {
  const { stack } = timed.network;
  if (stack?.kind !== 'dense' || !isActivation(stack.activation)) return null;
  const { activation, residual } = stack;
  const layers = stack.layers(params);
  const [first] = layers;
  // A first layer that adds its input to its output mixes point and time: that is left to the general way.
  if (!first || (residual && layers.length > 1 && first.weight.shape[0] === first.weight.shape[1])) return null;
  return { layers, options: { activation, residual }, entering: entering(timed, first) };
}

/** What a field is taken of. */
export interface FieldOfCall {
  readonly timed: TimeNetwork;
  readonly divergence: Divergence;
  readonly params: Params;
  readonly call: Call;
  readonly rows: number;
}

/** The field of a call. Its noise is drawn once, so that what is solved with it is one equation. */
export function fieldOfCall({ timed, divergence, params, call, rows }: FieldOfCall): FieldOfRows {
  const dense = denseField(timed, params);
  const { network } = timed;
  const size = timed.places * timed.channels;
  const isClosed = dense && divergence === 'exact' && dense.layers.length <= maxClosedLayers;
  const closed = isClosed ? closedDivergence(dense) : null;
  const probes = divergence === 'exact' ? axes(size) : noiseOf(divergence, call, rows, size);
  return (chosen) => {
    const index = chosen && tensor1d(chosen, 'int32');
    const context = index && call.context ? gather(call.context, index) : call.context;
    const own: Call = context ? { ...call, context } : call;
    const take = (x: Tensor): Tensor => (index && probes.perRow ? gather(x, index) : x);
    const directions: Probes = { ...probes, directions: probes.directions.map(take) };
    if (!dense) return tapedDivergence((x, t) => timed.velocity(params, x, t, own), directions);
    const told = network.contextShape && context ? network.stack?.context(context) : undefined;
    const motionOf = closed ?? tangentDivergence(dense, directions);
    const field: Field = (x, t) => {
      const input = reshape(timed.input(x, t), [x.shape[0] as number, sizeOf(network.inputShape)]);
      return motionOf(told ? concat([input, told], 1) : input);
    };
    return field;
  };
}

/** Noise of its own for each row where the call draws some; else the same for all, so that rows stay alone. */
function noiseOf({ probes, seed }: Exclude<Divergence, 'exact'>, call: Call, rows: number, size: number): Probes {
  return call.seed === undefined ? randomSigns(probes, 1, size, seed) : randomSigns(probes, rows, size, call.seed);
}
