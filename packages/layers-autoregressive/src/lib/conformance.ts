import { affine, rationalQuadratic } from '@diffeo/ops';

/** How `diffeo check` tries autoregressive layers, which need a transform. */
export const conformance = {
  '@diffeo/layers-autoregressive/autoregressive': {
    configs: [{ transform: /* @__PURE__ */ affine() }, { transform: /* @__PURE__ */ rationalQuadratic() }],
    capabilities: { iterates: { direction: 'forward', tolerance: 1e-6 } },
  },
} as const;
