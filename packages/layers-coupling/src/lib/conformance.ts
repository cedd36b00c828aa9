import { additive, affine, rationalQuadratic } from '@diffeo/ops';

/** How `diffeo check` tries couplings, which need a transform. */
export const conformance = {
  '@diffeo/layers-coupling/coupling': {
    configs: [
      { transform: /* @__PURE__ */ affine() },
      { transform: /* @__PURE__ */ additive(), swap: true },
      { transform: /* @__PURE__ */ rationalQuadratic() },
    ],
  },
} as const;
