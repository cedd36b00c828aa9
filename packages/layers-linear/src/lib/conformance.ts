const capabilities = { constantLogDet: true } as const;
// The inverse of triangles full of twenties is beyond float32 from 5 channels on.
const eventShapes = [[1], [2], [3], [4, 4, 1], [4, 6, 3], [2, 2, 4]] as const;

/** How `diffeo check` tries the layers: with which configurations and events, and what each is held to. */
export const conformance = {
  '@diffeo/layers-linear/conditional-linear': {
    configs: [{}, { matrix: 'low-rank' }],
    // Of four channels whose triangles a network of random weights fills, float32 itself is 1e-5 off.
    eventShapes: [[1], [2], [3], [2, 2, 3]],
    capabilities: { usesContext: true, contextReachesAll: true },
  },
  '@diffeo/layers-linear/full-linear': { configs: [{ init: 'rotation' }], eventShapes, capabilities },
  '@diffeo/layers-linear/low-rank-linear': { configs: [{}, { rank: 2, bias: true }], eventShapes, capabilities },
  '@diffeo/layers-linear/orthogonal-linear': {
    configs: [{}, { reflections: 2, init: 'rotation' }, { by: 'exponential' }],
    eventShapes,
    capabilities,
  },
  '@diffeo/layers-linear/permute': { configs: [{ seed: 3 }], capabilities },
  '@diffeo/layers-linear/plu-linear': { configs: [{}, { init: 'rotation', bias: true }], eventShapes, capabilities },
  '@diffeo/layers-linear/qr-linear': { configs: [{}, { init: 'rotation' }], eventShapes, capabilities },
  '@diffeo/layers-linear/reverse': { capabilities },
  '@diffeo/layers-linear/triangular-linear': { configs: [{}, { triangle: 'upper' }], eventShapes, capabilities },
} as const;
