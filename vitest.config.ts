import { defineConfig } from 'vitest/config';

// One run over the whole workspace. Packages resolve to each other's source, so nothing has to be built first.
export default defineConfig({
  test: {
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', '{demo,bench,scripts}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    allowOnly: false,
  },
});
