/** How `diffeo check` tries the layers that need a configuration, or events of a shape of their own. */
export const conformance = {
  '@diffeo/layers-glow/actnorm': { eventShapes: [[1], [2], [3], [4, 4, 1], [4, 6, 3], [2, 2, 12]] },
  '@diffeo/layers-glow/haar': {
    eventShapes: [
      [4, 4, 1],
      [4, 6, 3],
      [2, 2, 12],
    ],
  },
  '@diffeo/layers-glow/multi-scale': {
    configs: [{ levels: [{ layers: [] }, { layers: [] }] }],
    eventShapes: [[2], [3], [4, 4, 2], [4, 6, 3], [2, 2, 12]],
  },
  '@diffeo/layers-glow/squeeze': {
    configs: [{ factor: 2 }, { factor: 3 }],
    eventShapes: [
      [6, 6, 1],
      [6, 12, 1],
      [6, 6, 3],
    ],
  },
  '@diffeo/layers-glow/unsqueeze': {
    configs: [{ factor: 2 }, { factor: 3 }],
    eventShapes: [
      [1, 1, 36],
      [1, 2, 36],
      [2, 1, 72],
    ],
  },
} as const;
