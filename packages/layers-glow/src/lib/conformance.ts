/** How `diffeo check` tries the layers that need a configuration, or an event of a shape of their own. */
export const conformance = {
  '@diffeo/layers-glow/multi-scale': {
    configs: [{ levels: [{ layers: [] }, { layers: [] }] }],
    eventShapes: [[2], [3], [2, 2, 4]],
  },
  '@diffeo/layers-glow/permute': { configs: [{ seed: 3 }] },
  '@diffeo/layers-glow/unsqueeze': {
    eventShapes: [
      [1, 1, 4],
      [2, 1, 8],
    ],
  },
} as const;
