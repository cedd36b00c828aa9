import { defineConfig } from 'vitest/config';

// A few checks train the layer, which takes its time on a slow machine.
export default defineConfig({
  test: { include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});
