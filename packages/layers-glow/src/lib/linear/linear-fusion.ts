import type { Bijector, Fusion, Shape } from '@diffeo/core';
import { type ChannelScale, channelMap } from '@diffeo/ops';
import type { WeightMatrix } from './matrices/weight-matrix.ts';

const kind = 'layers-glow: matrix of channels';

/** How a linear layer shows its matrix to the layer in front of it. */
// biome-ignore lint/suspicious/noExplicitAny: its parameters depend on the configuration
interface LinearFusion<P = any> extends Fusion {
  readonly kind: typeof kind;
  readonly weight: WeightMatrix<P>;
}

const isLinear = (fusion: Fusion): fusion is LinearFusion => fusion.kind === kind;

export const linearFusion = <P>(weight: WeightMatrix<P>): LinearFusion<P> => ({ kind, weight });

/** Activation normalisation as the layer in front of a linear one, with which it is one map of every position. */
export const actnormFusion = (eventShape: Shape, layout: Bijector<ChannelScale>['layout']): Fusion => ({
  kind: '@diffeo/layers-glow/actnorm',
  fuseWith: (next) => {
    if (!isLinear(next)) return null;
    const { weight } = next;
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout: [layout, weight.layout],
      init: (seed) => [{ shift: null, logScale: null }, weight.init(seed)],
      forward: ([scale, params], z) => channelMap(z, scale, weight.inverted(params), 'forward'),
      inverse: ([scale, params], x) => channelMap(x, scale, weight.direct(params), 'inverse'),
    };
  },
});
