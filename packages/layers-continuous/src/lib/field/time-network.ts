import type { Call, Network, Shape, Site, Spec } from '@diffeo/core';
import { sizeOf } from '@diffeo/core';
import { add, concat, fill, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** A network that is told the time: it sees one more channel, behind those of the event. */
export interface TimeNetwork {
  readonly network: Network;
  /** How many vectors an event has along its last axis, and how long they are. */
  readonly places: number;
  readonly channels: number;
  /** The network's input: `x` `[rows, size]` with the time `t`, one for all or `[rows, 1]`. */
  input(x: Tensor, t: number | Tensor): Tensor;
  /** dx/dt, `[rows, size]`. */
  velocity(params: unknown, x: Tensor, t: number | Tensor, call: Call): Tensor;
}

/** Builds the network of a field on events of a shape. */
export function buildTimeNetwork(spec: Spec<'network'>, eventShape: Shape, build: Site['build']): TimeNetwork {
  const vectors = eventShape.length === 0 ? [1] : eventShape;
  const channels = vectors.at(-1) as number;
  const size = sizeOf(vectors);
  const places = channels === 0 ? 0 : size / channels;
  const network = build(spec, 'network')([...vectors.slice(0, -1), channels + 1], vectors);
  const input = (x: Tensor, t: number | Tensor): Tensor => {
    const rows = x.shape[0] as number;
    const time =
      typeof t === 'number' ? fill([rows, places, 1], t) : add(zeros([rows, places, 1]), reshape(t, [rows, 1, 1]));
    return reshape(concat([reshape(x, [rows, places, channels]), time], 2), [rows, ...network.inputShape]);
  };
  return {
    ...{ network, places, channels, input },
    velocity: (params, x, t, call) => reshape(network.apply(params, input(x, t), call), [x.shape[0] as number, size]),
  };
}
