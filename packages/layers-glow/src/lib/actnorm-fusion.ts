import type { Bijector, Fusion, Shape } from '@diffeo/core';
import { type ChannelScale, channelMap, isWeightMatrixFusion } from '@diffeo/ops';

/** Activation normalisation as the layer in front of a linear one, with which it is one map of every position. */
export const actnormFusion = (eventShape: Shape, layout: Bijector<ChannelScale>['layout']): Fusion => ({
  kind: '@diffeo/layers-glow/actnorm',
  fuseWith: (next) => {
    if (!isWeightMatrixFusion(next)) return null;
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
