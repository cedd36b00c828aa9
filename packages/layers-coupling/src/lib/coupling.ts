import { type Bijector, type Call, type Shape, type Site, type Spec, sizeOf, type Transformed } from '@diffeo/core';
import type { AffineCoupling, Dense, DenseStackOptions } from '@diffeo/ops';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { buildConditioner, type ConditionerParams } from './conditioner.ts';
import { halves } from './halves.ts';
import { imageCouplingMap } from './image-coupling-map.ts';
import { type ImageMask, isImageMask, type Mask, type Partition, partition } from './mask.ts';

export type Direction = 'forward' | 'inverse';

/** What a coupling does to the dimensions that change, given the conditioner's raw output. */
export interface CouplingTransform {
  /** How many raw numbers each changed dimension takes. */
  readonly parametersPerDimension: number;
  /** `x` `[batch, size]`, `raw` `[batch, parametersPerDimension · size]`. Raw zeros are the identity, to the bit. */
  apply(x: Tensor, raw: Tensor, direction: Direction): Transformed;
  /** The whole coupling as one operation, of vectors, for a conditioner that is a stack of dense layers. */
  fused?(parts: Partition, direction: Direction, dense: DenseStackOptions): AffineCoupling;
}

/** The context as vectors, where the conditioner takes one. */
function contextRows({ context }: Call, shape: Shape | null): Tensor | null {
  return shape && context ? reshape(context, [context.shape[0] as number, sizeOf(shape)]) : null;
}

export interface CouplingConfig {
  readonly mask: Mask | ImageMask;
  readonly swap: boolean;
  readonly conditioner: Spec<'network'>;
}

/**
 * A coupling (Dinh et al. 2015, "NICE"): some dimensions stay, and a network of them gives the parameters of an
 * element-wise transform of the others, so that both directions cost one evaluation of the network.
 *
 *   y_keep = x_keep,  y_change = T(x_change; network(x_keep, context)),  logDet = Σ log |T′|
 */
export function coupling(
  config: CouplingConfig,
  site: Site,
  transform: CouplingTransform,
): Bijector<ConditionerParams> {
  const { eventShape } = site;
  if (isImageMask(config.mask)) return imageCouplingMap(config.mask, config, site, transform);
  const parts = partition(config.mask, config.swap, sizeOf(eventShape), site.fail);
  const { split, join } = halves(parts, eventShape);
  const outputs = transform.parametersPerDimension * parts.change.length;
  const conditioner = buildConditioner(config.conditioner, site, [parts.keep.length], [outputs]);
  const { start } = conditioner;

  const { dense } = conditioner;
  const composed = (direction: Direction) => (params: ConditionerParams, x: Tensor, call: Call) => {
    const { kept, changed } = split(x);
    const { value, logDet } = transform.apply(changed, conditioner.apply(params, kept, call), direction);
    return { value: join(kept, value), logDet };
  };
  const map = (direction: Direction) => {
    const reference = composed(direction);
    if (!dense || !transform.fused || eventShape.length !== 1) return reference;
    const whole = transform.fused(parts, direction, dense);
    return (params: ConditionerParams, x: Tensor, call: Call) =>
      whole(x, contextRows(call, conditioner.contextShape), params.network as unknown as readonly Dense[], () =>
        reference(params, x, call),
      );
  };
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: conditioner.contextShape,
    layout: conditioner.layout,
    init: conditioner.init,
    ...(start && { start: (params: ConditionerParams, x: Tensor, call: Call) => start(params, split(x).kept, call) }),
    forward: map('forward'),
    inverse: map('inverse'),
  };
}
