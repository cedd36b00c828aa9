export { installMatchers, tensorMatchers } from './lib/vitest/matchers.ts';
export { testDistribution } from './lib/vitest/test-distribution.ts';
export { testLayer } from './lib/vitest/test-layer.ts';
