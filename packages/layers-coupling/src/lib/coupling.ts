import { type Bijector, type Call, type Site, type Spec, sizeOf, type Transformed } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { buildConditioner, type ConditionerParams } from './conditioner.ts';
import { halves } from './halves.ts';
import { type Mask, partition } from './mask.ts';

/** What a coupling does to the dimensions that change, given the conditioner's raw output. */
export interface CouplingTransform {
  /** How many raw numbers each changed dimension takes. */
  readonly parametersPerDimension: number;
  /** `x` `[batch, size]`, `raw` `[batch, parametersPerDimension · size]`. */
  apply(x: Tensor, raw: Tensor, direction: 'forward' | 'inverse'): Transformed;
}

export interface CouplingConfig {
  readonly mask: Mask;
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
  const parts = partition(config.mask, config.swap, sizeOf(eventShape), site.fail);
  const { split, join } = halves(parts, eventShape);
  const outputs = transform.parametersPerDimension * parts.change.length;
  const conditioner = buildConditioner(config.conditioner, site, parts.keep.length, outputs);
  const { start } = conditioner;

  const map = (direction: 'forward' | 'inverse') => (params: ConditionerParams, x: Tensor, call: Call) => {
    const { kept, changed } = split(x);
    const { value, logDet } = transform.apply(changed, conditioner.apply(params, kept, call), direction);
    return { value: join(kept, value), logDet };
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
