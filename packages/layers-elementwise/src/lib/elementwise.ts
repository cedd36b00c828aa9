import { type Bijector, type Definition, defineLayer, leaf, sizeOf, specOf } from '@diffeo/core';
import { elementwise as apply } from '@diffeo/ops';
import { reshape, type Tensor, tile, zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';

/** The parameters of {@link elementwise}; none where its transform has none. */
interface ElementwiseParams {
  /** Parameter `k` of number `j` is at `k · size + j`. */
  readonly raw?: Tensor;
}

const schema = strictObject({
  /** What is done to each number: `rationalQuadratic()` of `@diffeo/ops`, or any other element-wise transform. */
  transform: specOf('transform'),
});

/**
 * An element-wise transform as a layer by itself: each number of the event has its own parameters, learned, the same for all rows
 * and contexts. They start at 0, where transforms are the identity or near it. logDet Σ log |T′|.
 *
 * It maps between the numbers that its transform does: `exp()` gives positive data, and a flow refuses what does not fit in front of
 * or behind it.
 */
export const elementwise: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-elementwise/elementwise',
  version: 1,
  schema,
  build: (config, site): Bijector<ElementwiseParams> => {
    const { eventShape } = site;
    const size = sizeOf(eventShape);
    const transform = site.build(config.transform, 'transform');
    const { parameters, domain, codomain } = transform;
    const shape = [parameters * size];
    const map =
      (direction: 'forward' | 'inverse') =>
      ({ raw }: ElementwiseParams, v: Tensor) => {
        const batch = v.shape[0] as number;
        const rows = raw ? tile(reshape(raw, [1, ...shape]), [batch, 1]) : zeros([batch, 0]);
        const { value, logDet } = apply(transform, reshape(v, [batch, size]), rows, direction);
        return { value: reshape(value, v.shape), logDet };
      };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      support: { domain, codomain },
      layout: parameters > 0 ? { raw: leaf(shape) } : {},
      init: () => (parameters > 0 ? { raw: zeros(shape) } : {}),
      forward: map('forward'),
      inverse: map('inverse'),
    };
  },
});
