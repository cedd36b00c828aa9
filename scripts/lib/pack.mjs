import { mkdirSync, rmSync } from 'node:fs';
import { capture } from './child.mjs';
import { Problem } from './problem.mjs';
import { root, workspacePackages } from './repository.mjs';

/**
 * Packs every public package as it would be published. The packages must have been built.
 *
 * @param {import('./toolchain.mjs').Toolchain} tools
 * @param {string} destination folder for the tarballs; what was in it goes
 * @returns {Promise<{ name: string, tarball: string }[]>}
 */
export async function pack({ pnpm, env }, destination) {
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  const filters = workspacePackages()
    .filter(({ manifest }) => !manifest['private'])
    .map(({ manifest }) => `--filter=${manifest['name']}`);
  const args = ['--recursive', ...filters, 'pack', '--pack-destination', destination, '--json'];
  const { code, output, stdout } = await capture([...pnpm, ...args], { cwd: root, env });
  if (code !== 0) throw new Problem(`pnpm could not pack the packages:\n${output}`);
  return JSON.parse(stdout).map((/** @type {any} */ each) => ({ name: each.name, tarball: each.filename }));
}
