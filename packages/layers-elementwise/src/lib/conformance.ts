/** How `diffeo check` tries the layer that needs a configuration. */
export const conformance = {
  '@diffeo/layers-elementwise/rescale': {
    configs: [
      { from: [0, 1], to: [-0.5, 0.5] },
      { from: [-3, 5], to: [0, 1] },
    ],
  },
} as const;
