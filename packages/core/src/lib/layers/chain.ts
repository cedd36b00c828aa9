import { array, strictObject } from 'valibot';
import { type Definition, defineLayer } from '../contract/define.ts';
import { specOf } from '../contract/spec-of.ts';
import { sequence } from './sequence.ts';

const schema = strictObject({
  /** In the order in which data meets them in training. */
  layers: array(specOf('layer')),
});

/** Several layers as one, so that a preset can be a layer of a larger flow. */
export const chain: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/core/chain',
  version: 1,
  schema,
  build: ({ layers }, site) => {
    let { eventShape } = site;
    const built = layers.map((layer, i) => {
      const part = site.build(layer, `${i}`, { eventShape });
      eventShape = part.baseShape;
      return part;
    });
    return sequence(built, site.eventShape, (i) => `${site.name}.${i} (${layers[i]?.$type})`);
  },
});
