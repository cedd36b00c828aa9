import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from './build.mjs';
import { runChecks } from './checks.mjs';
import { run } from './child.mjs';
import { callerFolder } from './environment.mjs';
import { ready } from './install.mjs';
import { pack } from './pack.mjs';
import { Problem, say } from './problem.mjs';
import { root } from './repository.mjs';
import { inScratchFolder } from './scratch.mjs';
import { test } from './test.mjs';
import { toolchain } from './toolchain.mjs';

/**
 * @typedef {object} Command
 * @property {(args: string[]) => Promise<import('./child.mjs').Result>} run
 * @property {boolean} [takesArguments]
 */

/** @type {Record<string, Command>} */
export const commands = {
  demo: program('demo', 'demo/src/main.ts'),
  test: { run: test },
  setup: { run: async () => buildWith(await ready()) },
  diffeo: program('diffeo', 'packages/cli/src/bin.ts'),
  docs: program('docs', 'apps/docs/src/command/main.ts'),
  bench: program('bench', 'bench/src/main.ts'),
  prove: program('prove', 'scripts/prove/main.ts'),
  check: { run: () => inScratchFolder(check) },
  build: { run: async () => buildWith(await ready()) },
  'pack:all': { run: packAll, takesArguments: true },
  pnpm: { run: runPnpm, takesArguments: true },
};

/**
 * A program of ours, run from its source in the caller's folder, with the caller's arguments and standard streams.
 *
 * @param {string} script the npm script that runs it
 * @param {string} entry relative to the root
 * @returns {Command}
 */
function program(script, entry) {
  return {
    takesArguments: true,
    async run(args) {
      const path = join(root, entry);
      if (!existsSync(path)) throw new Problem(`there is no ${entry} in this checkout, so nothing to run`);
      const { node, env } = await ready();
      return run([node, path, ...args], { cwd: callerFolder(process.env, script, process.cwd()), env });
    },
  };
}

/** @param {string} scratch */
async function check(scratch) {
  const results = await runChecks(await ready(), scratch);
  return { code: results.every(({ ok }) => ok) ? 0 : 1 };
}

/** @param {import('./toolchain.mjs').Toolchain} tools */
async function buildWith(tools) {
  const { ok, output } = await build(tools);
  if (!ok) process.stderr.write(output);
  say(ok ? 'built every package' : 'the build failed: see above');
  return { code: ok ? 0 : 1 };
}

/**
 * Packs into `artifacts/`, or into the folder that is given: one that is empty or not there yet.
 *
 * @param {string[]} args
 */
async function packAll([given, ...rest]) {
  if (rest.length > 0) throw new Problem(`'pack:all' takes one folder, but got more: ${rest.join(' ')}`);
  const folder = given && resolve(callerFolder(process.env, 'pack:all', process.cwd()), given);
  if (folder && existsSync(folder) && readdirSync(folder).length > 0) throw new Problem(`${folder} is not empty`);
  const tools = await ready();
  const built = await buildWith(tools);
  if (built.code !== 0) return built;
  for (const { tarball } of await pack(tools, folder ?? join(root, 'artifacts'))) process.stdout.write(`${tarball}\n`);
  return { code: 0 };
}

/**
 * The pinned pnpm. `exec` runs an installed tool, so the dependencies come first; `install` and `add` change them.
 *
 * @param {string[]} args
 */
async function runPnpm(args) {
  const { pnpm, env } = args[0] === 'exec' ? await ready() : await toolchain();
  return run([...pnpm, ...args], { cwd: root, env });
}
