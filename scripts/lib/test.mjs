import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { capture, run, stopIfInterrupted } from './child.mjs';
import { ready } from './install.mjs';
import { say } from './problem.mjs';
import { root } from './repository.mjs';
import { inScratchFolder } from './scratch.mjs';
import { addCounts, countTests } from './test-count.mjs';
import { toolCommand } from './tool.mjs';

/**
 * Runs every check and every test. The last line on stdout is `N passed, N failed`; a check counts as one.
 *
 * @returns {Promise<import('./child.mjs').Result>}
 */
export const test = () => inScratchFolder(testIn);

/**
 * @param {string} scratch
 * @returns {Promise<import('./child.mjs').Result>}
 */
async function testIn(scratch) {
  const tarballs = join(scratch, 'packed');
  /** @type {import('./test-count.mjs').Count[]} */
  const counts = [];
  try {
    const tools = await ready();
    for (const { ok } of await runChecks(tools, tarballs, () => buildSite(tools)))
      counts.push({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
    counts.push(await vitest(tools, scratch, tarballs));
  } catch (error) {
    stopIfInterrupted();
    say(String(error instanceof Error ? error.message : error));
    counts.push({ passed: 0, failed: 1 });
  }
  const { passed, failed } = addCounts(counts);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return { code: failed === 0 ? 0 : 1 };
}

/**
 * Builds the site while the checks run, which leave a core to it. What goes wrong is its tests' to say, since they build what is
 * not there.
 *
 * @param {import('./toolchain.mjs').Toolchain} tools
 */
async function buildSite({ node, env }) {
  await capture([node, join(root, 'apps/docs/src/command/main.ts'), '--build'], { cwd: root, env }).catch(
    () => undefined,
  );
}

/**
 * @param {import('./toolchain.mjs').Toolchain} tools
 * @param {string} scratch
 * @param {string} tarballs what the checks have packed, for the tests that install it
 * @returns {Promise<import('./test-count.mjs').Count>}
 */
async function vitest(tools, scratch, tarballs) {
  const report = join(scratch, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run([...toolCommand(tools, 'vitest'), 'run', ...reporters], {
    cwd: root,
    env: { ...tools.env, DIFFEO_TARBALLS: tarballs },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  stopIfInterrupted();
  return countTests(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined, code);
}
