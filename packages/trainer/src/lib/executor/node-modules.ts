import { DiffeoError } from '@diffeo/core';

interface NodeModules {
  readonly fs: typeof import('node:fs');
  readonly module: typeof import('node:module');
  readonly url: typeof import('node:url');
  readonly v8: typeof import('node:v8');
  readonly worker_threads: typeof import('node:worker_threads');
}

/**
 * A module of Node itself, in a way that no bundler sees.
 *
 * @throws DiffeoError `WORKER` where this is not Node, with what to do there.
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  if (typeof process === 'object' && typeof process.getBuiltinModule === 'function') {
    return process.getBuiltinModule(`node:${name}`) as NodeModules[Name];
  }
  throw new DiffeoError(
    'WORKER',
    "in a browser, make the workers yourself: workers: { count: 2, create: () => new Worker(new URL('./flow-worker.js', import.meta.url), { type: 'module' }) }, where flow-worker.js calls serveFlows(definitions) from '@diffeo/trainer/worker'",
  );
}
