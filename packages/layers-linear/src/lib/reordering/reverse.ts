import { type Definition, defineLayer } from '@diffeo/core';
import { lastAxis } from '@diffeo/ops';
import { strictObject } from 'valibot';
import { reordering } from './reordering.ts';

const schema = strictObject({});

/**
 * Reverses the last axis of the event, so that the next coupling changes what the last one kept (Dinh et al. 2015,
 * "NICE", §3.2; Kingma & Dhariwal 2018, table 1). No parameters; logDet 0. It is its own inverse.
 */
export const reverse: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-linear/reverse',
  version: 1,
  schema,
  build: (_, site) => {
    const { channels } = lastAxis(site);
    return reordering(site.eventShape, () => Int32Array.from({ length: channels }, (_, i) => channels - 1 - i));
  },
});
