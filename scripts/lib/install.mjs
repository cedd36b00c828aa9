import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { turbo } from './build.mjs';
import { run, stopIfInterrupted } from './child.mjs';
import { installStamp } from './install-stamp.mjs';
import { withLock } from './lock.mjs';
import { Problem, say } from './problem.mjs';
import { root } from './repository.mjs';
import { installLock, sayWaiting, toolchain } from './toolchain.mjs';

const stampFile = join(root, 'node_modules/.diffeo-install');

/**
 * Makes the clone ready to run: the toolchain, and the dependencies that the lockfile names. Says nothing when there is
 * nothing to do.
 *
 * @returns {Promise<import('./toolchain.mjs').Toolchain>}
 */
export async function ready() {
  const tools = await toolchain();
  if (!isInstalled()) await withLock(installLock, () => install(tools), sayWaiting);
  return tools;
}

function isInstalled() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === installStamp(root);
}

/** @param {import('./toolchain.mjs').Toolchain} tools */
async function install(tools) {
  const { pnpm, env } = tools;
  if (isInstalled()) return; // by the process we waited for
  say('installing the dependencies …');
  rmSync(stampFile, { force: true });
  const stamp = installStamp(root);
  const { NODE_ENV: _, ...everyDependency } = env; // `production` would leave the development dependencies out
  const flags = ['--frozen-lockfile', '--prefer-offline', '--config.confirm-modules-purge=false'];
  const { code } = await run([...pnpm, 'install', ...flags], {
    cwd: root,
    env: everyDependency,
    stdio: ['ignore', 2, 2],
  });
  stopIfInterrupted();
  if (code !== 0) {
    throw new Problem(
      'pnpm could not install the dependencies (above). After a change of dependencies, `npm run pnpm -- install` brings the lockfile up to date.',
    );
  }
  // What is compiled into the source folders: programs and tests run from source.
  const compiled = await turbo(tools, 'sources');
  stopIfInterrupted();
  if (!compiled.ok) throw new Problem(`what runs from source could not be compiled:\n${compiled.output}`);
  writeFileSync(stampFile, stamp);
}
