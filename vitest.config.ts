import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/lib/longest-first.ts';

// Many tests start programs of ours: with what Node compiled kept, each starts in a third of the time.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node-compile');

// One run over the whole workspace. Packages resolve to each other's source, so nothing has to be built first; the install
// tests alone build and pack, and the site's build it, once, and only when one of them is to run.
export default defineConfig({
  test: {
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    // One more than the two cores that we count on: the long files wait for browsers, installations and databases a quarter of the time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Only a hang reaches these: no result may depend on what else the machine does.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'source',
          include: ['{packages,apps}/*/{src,test}/**/*.test.ts', '{demo,bench,scripts}/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'packed',
          include: ['install-test/src/**/*.test.ts'],
          globalSetup: 'install-test/src/lib/pack.setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'browser-pages',
          include: ['browser-test/src/*.test.ts'],
          globalSetup: ['install-test/src/lib/pack.setup.ts', 'browser-test/src/lib/browser.setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'site',
          include: ['browser-test/src/site/**/*.test.ts'],
          globalSetup: ['browser-test/src/lib/browser.setup.ts', 'browser-test/src/site/lib/site.setup.ts'],
        },
      },
    ],
  },
});
