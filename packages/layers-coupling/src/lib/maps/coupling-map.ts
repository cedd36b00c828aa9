import { type Bijector, type Site, type Spec, type StartingData, sizeOf } from '@diffeo/core';
import { buildConditioner, type ConditionerParams } from '@diffeo/networks';
import { elementwise } from '@diffeo/ops';
import { reshape } from '@tensorflow/tfjs-core';
import type { ImageMask, Mask } from '../splits/mask.ts';
import { splitOf } from '../splits/split-of.ts';
import { fusedMaps } from './fused-maps.ts';

type Direction = 'forward' | 'inverse';

export interface CouplingConfig {
  readonly mask: Mask | ImageMask;
  readonly swap: boolean;
  readonly conditioner: Spec<'network'>;
  readonly transform: Spec<'transform'>;
}

/**
 * A coupling (Dinh et al. 2015, "NICE"): some dimensions stay, and a network of them gives the parameters of an
 * element-wise transform of the others, so that both directions cost one evaluation of the network.
 *
 *   y_identity = x_identity,  y_transformed = T(x_transformed; network(x_identity, context)),  logDet = Σ log |T′|
 */
export function couplingMap(config: CouplingConfig, site: Site): Bijector<ConditionerParams> {
  const { eventShape } = site;
  const split = splitOf(config.mask, config.swap, site);
  const transform = site.build(config.transform, 'transform');
  const { domain, codomain } = transform;
  if (sizeOf(split.inputShape) > 0 && domain.some((end, i) => end !== codomain[i])) {
    site.fail(
      `'${config.transform.$type}' maps the numbers of ${domain.join(' to ')} to ${codomain.join(' to ')}, and a coupling leaves some as they are`,
    );
  }
  if (transform.parameters === 0) {
    site.fail(
      `'${config.transform.$type}' is a transform without parameters, and a network would have nothing to say to it`,
    );
  }
  const outputShape = split.outputShape(transform.parameters);
  const conditioner = buildConditioner(config.conditioner, site, split.inputShape, outputShape);
  const { start } = conditioner;

  const composed =
    (direction: Direction): Bijector<ConditionerParams>['forward'] =>
    (params, x, call) => {
      const { identity, transformed } = split.split(x);
      const [rows, size] = transformed.shape as [number, number];
      const raw = conditioner.apply(params, identity, call);
      const byRow = raw.rank === 2 ? raw : reshape(raw, [rows, transform.parameters * size]);
      const { value, logDet } = elementwise(transform, transformed, byRow, direction);
      return { value: split.merge(identity, value), logDet: split.logDet(logDet) };
    };
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: conditioner.contextShape,
    support: { domain, codomain },
    layout: conditioner.layout,
    init: conditioner.init,
    ...(start && {
      start: (params: ConditionerParams, data: StartingData) =>
        start(
          params,
          data.map((x, call) => ({ x: split.split(x).identity, call })),
        ),
    }),
    ...(fusedMaps({ split, transform, conditioner, composed }) ?? {
      forward: composed('forward'),
      inverse: composed('inverse'),
    }),
  };
}
