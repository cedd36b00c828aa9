import type { Bijector, Joint, Shape } from '@diffeo/core';
import { type ChannelScale, channelMap } from '@diffeo/ops';
import type { WeightMatrix } from './weight-matrix.ts';

const kind = 'layers-glow: matrix of channels';

/** How a linear layer shows its matrix to the layer in front of it. */
// biome-ignore lint/suspicious/noExplicitAny: its parameters depend on the configuration
interface LinearJoint<P = any> extends Joint {
  readonly kind: typeof kind;
  readonly weight: WeightMatrix<P>;
}

const isLinear = (joint: Joint): joint is LinearJoint => joint.kind === kind;

export const linearJoint = <P>(weight: WeightMatrix<P>): LinearJoint<P> => ({ kind, weight });

/** Activation normalisation as the layer in front of a linear one, with which it is one map of every position. */
export const actnormJoint = (eventShape: Shape, layout: Bijector<ChannelScale>['layout']): Joint => ({
  kind: '@diffeo/layers-glow/actnorm',
  join: (next) => {
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
