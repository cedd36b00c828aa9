import { type Bijector, everywhere, leaf, type Site } from '@diffeo/core';
import { channelMap, lastAxis, type WeightMatrix, weightMatrixFusion } from '@diffeo/ops';
import { add, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';

type WithBias<P> = P & { readonly bias?: Tensor };

/**
 * Multiplies every vector along the last axis of the event by W, and by its inverse. inverse: z = W·x + bias, logDet positions ·
 * log |det W|. forward: x = W⁻¹·(z − bias), and the negative. Without a bias it fuses with the layer in front of it.
 */
export function linearLayer<P extends object>(
  site: Site,
  weight: WeightMatrix<P>,
  withBias: boolean,
): Bijector<WithBias<P>> {
  const { eventShape } = site;
  const { channels } = lastAxis(site);
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    support: { domain: everywhere, codomain: everywhere },
    layout: { ...weight.layout, ...(withBias && { bias: leaf([channels], { role: 'bias' }) }) },
    init: (seed) => ({ ...weight.init(seed), ...(withBias && { bias: zeros([channels]) }) }),
    forward: (params, z) => channelMap(params.bias ? sub(z, params.bias) : z, null, weight.inverted(params), 'forward'),
    inverse: (params, x) => {
      const { value, logDet } = channelMap(x, null, weight.direct(params), 'inverse');
      return { value: params.bias ? add(value, params.bias) : value, logDet };
    },
    ...(!withBias && { fusion: weightMatrixFusion(weight) }),
  };
}
