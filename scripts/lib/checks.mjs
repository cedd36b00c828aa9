import { join } from 'node:path';
import { build, turbo } from './build.mjs';
import { capture, stopIfInterrupted } from './child.mjs';
import { pack } from './pack.mjs';
import { root } from './repository.mjs';
import { useTool } from './tool.mjs';

/** @typedef {import('./toolchain.mjs').Toolchain} Toolchain */
/** @typedef {{ ok: boolean, output: string }} Outcome */
/** @typedef {{ name: string } & Outcome} Result */

/**
 * Runs every check that is not a test: those of the sources beside those of the packages that are built of them, since few of them
 * keep two cores busy. Prints one line for each as it ends, then what the failed ones said, then a summary.
 *
 * @param {Toolchain} tools
 * @param {string} tarballs a folder for the packages as they would be published
 * @param {() => Promise<void>} [beside] what else there is to do meanwhile
 * @returns {Promise<Result[]>}
 */
export async function runChecks(tools, tarballs, beside = () => Promise.resolve()) {
  // What is compiled into the source folders is read by all that follows: nothing may write it meanwhile.
  await turbo(tools, 'sources');
  const [ofSources, ofPackages] = await Promise.all([checkSources(tools), checkPackages(tools, tarballs), beside()]);
  const results = [...ofSources, ...ofPackages];
  summarise(results);
  return results;
}

/** @param {Toolchain} tools */
const checkSources = async (tools) => [
  await check('lint and format (biome)', () =>
    useTool(tools, ['@biomejs/biome', 'biome'], ['check', '--error-on-warnings', '--colors=off']),
  ),
  await check('types (tsc)', () => types(tools)),
  await check('unused code (knip)', () => useTool(tools, ['knip'], ['--no-progress'])),
];

/**
 * @param {Toolchain} tools
 * @param {string} tarballs
 */
async function checkPackages(tools, tarballs) {
  /** @type {{ name: string, tarball: string }[]} */
  let packed = [];
  return [
    await check('build and pack', async () => {
      const built = await build(tools);
      if (built.ok) packed = await pack(tools, tarballs);
      return built;
    }),
    await check('package metadata (publint)', () => lookAt(tools, packed, 'metadata')),
    await check('package types (attw)', () => lookAt(tools, packed, 'types')),
  ];
}

/**
 * @param {string} name
 * @param {() => Promise<Outcome>} work
 * @returns {Promise<Result>}
 */
async function check(name, work) {
  const started = Date.now();
  const outcome = await work().catch((error) => {
    stopIfInterrupted();
    return { ok: false, output: String(error.message) };
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`${outcome.ok ? '✓' : '✗'} ${name.padEnd(28)}${seconds} s\n`);
  return { name, ...outcome };
}

/** @param {Result[]} results */
function summarise(results) {
  const failed = results.filter(({ ok }) => !ok);
  for (const { name, output } of failed) process.stdout.write(`\n── ${name} ──\n${output.trim()}\n`);
  const verdict = failed.length === 0 ? 'all passed' : `failed: ${failed.map(({ name }) => name).join(', ')}`;
  process.stdout.write(`\n${results.length} checks, ${verdict}\n`);
}

/**
 * All that runs in Node, as one program, which reads what packages share once; pages and sites, whose globals are a
 * browser's; the scripts, which run on an older Node; and once more, without Node's types, what has to run in browsers.
 * Builds check nothing: each would check the sources of all packages that it imports again.
 *
 * @param {Toolchain} tools
 * @returns {Promise<Outcome>}
 */
async function types(tools) {
  return together([
    await turbo(tools, 'typecheck'),
    await useTool(tools, ['typescript', 'tsc'], ['-p', 'tsconfig.json']),
    await useTool(tools, ['typescript', 'tsc'], ['-p', 'tsconfig.browser.json']),
    await useTool(tools, ['typescript', 'tsc'], ['-p', 'scripts/tsconfig.json']),
  ]);
}

/**
 * @param {Toolchain} tools
 * @param {{ tarball: string }[]} packed
 * @param {'metadata' | 'types'} what
 * @returns {Promise<Outcome>}
 */
async function lookAt({ node, env }, packed, what) {
  if (packed.length === 0) return { ok: false, output: 'not run: there is no package to look at' };
  const program = [node, join(root, 'scripts/packed/main.ts'), what];
  const { code, output } = await capture([...program, ...packed.map(({ tarball }) => tarball)], { cwd: root, env });
  return { ok: code === 0, output };
}

/**
 * One outcome of several, with what the failed ones said.
 *
 * @param {Outcome[]} outcomes
 * @returns {Outcome}
 */
function together(outcomes) {
  const failed = outcomes.filter(({ ok }) => !ok);
  return { ok: failed.length === 0, output: failed.map(({ output }) => output.trim()).join('\n') };
}
