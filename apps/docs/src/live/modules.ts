/**
 * What an example may import: each package as a page would have it from the registry, fetched when an example asks for it. Workers
 * know no import maps, so this is theirs.
 */
export const modules: Readonly<Record<string, () => Promise<object>>> = {
  '@diffeo/charts': () => import('@diffeo/charts'),
  '@diffeo/core': () => import('@diffeo/core'),
  '@diffeo/core/gradients': () => import('@diffeo/core/gradients'),
  '@diffeo/datasets': () => import('@diffeo/datasets'),
  '@diffeo/datasets/images': () => import('@diffeo/datasets/images'),
  '@diffeo/layers-autoregressive': () => import('@diffeo/layers-autoregressive'),
  '@diffeo/layers-classic': () => import('@diffeo/layers-classic'),
  '@diffeo/layers-continuous': () => import('@diffeo/layers-continuous'),
  '@diffeo/layers-coupling': () => import('@diffeo/layers-coupling'),
  '@diffeo/layers-elementwise': () => import('@diffeo/layers-elementwise'),
  '@diffeo/layers-glow': () => import('@diffeo/layers-glow'),
  '@diffeo/layers-linear': () => import('@diffeo/layers-linear'),
  '@diffeo/networks': () => import('@diffeo/networks'),
  '@diffeo/ops': () => import('@diffeo/ops'),
  '@diffeo/testing': () => import('@diffeo/testing'),
  '@diffeo/trainer': () => import('@diffeo/trainer'),
  '@tensorflow/tfjs-core': () => import('@tensorflow/tfjs-core'),
  valibot: () => import('valibot'),
};
