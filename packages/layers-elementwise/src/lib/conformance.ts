import { affine, rationalQuadratic } from '@diffeo/ops';

/** How `diffeo check` tries the layers that need a configuration. */
export const conformance = {
  '@diffeo/layers-elementwise/elementwise': {
    configs: [{ transform: /* @__PURE__ */ affine() }, { transform: /* @__PURE__ */ rationalQuadratic() }],
  },
  '@diffeo/layers-elementwise/rescale': {
    configs: [
      { from: [0, 1], to: [-0.5, 0.5] },
      { from: [-3, 5], to: [0, 1] },
    ],
  },
} as const;
