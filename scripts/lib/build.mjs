import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, workspacePackages } from './repository.mjs';
import { useTool } from './tool.mjs';

/** The folders of what `build` builds, relative to the root. The site is not among them: its command builds it into a `dist/` of its own. */
export const builtFolders = () =>
  workspacePackages()
    .filter(({ manifest }) => manifest['scripts']?.['build'] !== undefined)
    .map(({ folder }) => folder);

/**
 * Builds every package into its `dist/`. The old `dist/` goes first, so that nothing of a deleted module is packed; what
 * has not changed comes back from turbo's cache.
 *
 * @param {import('./toolchain.mjs').Toolchain} tools
 */
export function build(tools) {
  for (const folder of builtFolders()) rmSync(join(root, folder, 'dist'), { recursive: true, force: true });
  return turbo(tools, 'build');
}

/**
 * Runs turbo tasks in every package that has them, going on past failures; prints only what failed.
 *
 * @param {import('./toolchain.mjs').Toolchain} tools
 * @param {...string} tasks
 */
export function turbo(tools, ...tasks) {
  const flags = [
    '--output-logs=errors-only',
    '--log-order=grouped',
    '--ui=stream',
    '--continue=dependencies-successful',
  ];
  return useTool(tools, ['turbo'], ['run', ...tasks, ...flags]);
}
