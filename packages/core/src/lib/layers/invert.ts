import { strictObject } from 'valibot';
import { type Definition, defineLayer } from '../contract/define.ts';
import type { Bijector } from '../contract/parts/bijector.ts';
import { sameShape } from '../contract/shape.ts';
import { specOf } from '../contract/spec-of.ts';
import { exchanged } from '../contract/support.ts';
import { leaves } from '../params/params.ts';

const schema = strictObject({ layer: specOf('layer') });

const hasStart = ({ layout }: Bijector): boolean => leaves(layout, {}).some(({ leaf }) => leaf.fromData);

/** A layer with its directions exchanged. It must keep the event shape, and cannot hold a leaf that starts from data. */
export const invert: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/core/invert',
  version: 1,
  schema,
  build: ({ layer }, site): Bijector => {
    const inner = site.build(layer, 'layer');
    if (!sameShape(inner.baseShape, inner.eventShape)) {
      site.fail(`only a layer that keeps its shape can be inverted; this one maps to [${inner.baseShape.join(', ')}]`);
    }
    if (hasStart(inner)) {
      site.fail('a layer that starts from data cannot be inverted: data would meet it on its other side');
    }
    const { latents: _, backwardFromOutput: __, fusion: ___, support, ...rest } = inner;
    return {
      ...rest,
      ...(support && { support: exchanged(support) }),
      forward: inner.inverse,
      inverse: inner.forward,
    };
  },
});
