import { type Bijector, type Call, type Shape, type Site, sizeOf } from '@diffeo/core';
import type { Dense } from '@diffeo/ops';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { buildConditioner, type ConditionerParams, trainable } from './conditioner.ts';
import type { CouplingConfig, CouplingTransform, Direction } from './coupling-transform.ts';
import { fusedMaps } from './fused-maps.ts';
import { halves } from './halves.ts';
import { imageCouplingMap } from './image-coupling-map.ts';
import { isImageMask, partition } from './mask.ts';

type Fused = NonNullable<CouplingTransform['fused']>;

/** The context as vectors, where the conditioner takes one. */
function contextRows({ context }: Call, shape: Shape | null): Tensor | null {
  return shape && context ? reshape(context, [context.shape[0] as number, sizeOf(shape)]) : null;
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
  const maps =
    dense && transform.fused && eventShape.length === 1
      ? fusedMaps({
          make: (direction) => (transform.fused as Fused).vectors(parts, direction, dense),
          layersOf: ({ network }) => network as unknown as readonly Dense[],
          sourcesOf: (params) => trainable(conditioner.layout, params),
          contextOf: (call) => contextRows(call, conditioner.contextShape),
          composed,
        })
      : { forward: composed('forward'), inverse: composed('inverse') };
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: conditioner.contextShape,
    layout: conditioner.layout,
    init: conditioner.init,
    ...(start && { start: (params: ConditionerParams, x: Tensor, call: Call) => start(params, split(x).kept, call) }),
    ...maps,
  };
}
