import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { run, stopIfInterrupted } from './child.mjs';
import { ready } from './install.mjs';
import { say } from './problem.mjs';
import { root } from './repository.mjs';
import { addCounts, countTests } from './test-count.mjs';
import { toolCommand } from './tool.mjs';

/**
 * Runs every check and every test. The last line on stdout is `N passed, N failed`; a check counts as one.
 *
 * @returns {Promise<import('./child.mjs').Result>}
 */
export async function test() {
  /** @type {import('./test-count.mjs').Count[]} */
  const counts = [];
  try {
    const tools = await ready();
    for (const { ok } of await runChecks(tools)) counts.push({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
    counts.push(await vitest(tools));
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
 * @param {import('./toolchain.mjs').Toolchain} tools
 * @returns {Promise<import('./test-count.mjs').Count>}
 */
async function vitest(tools) {
  const scratch = mkdtempSync(join(tmpdir(), 'diffeo-tests-'));
  const report = join(scratch, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await run([...toolCommand(tools, 'vitest'), 'run', ...reporters], {
      cwd: root,
      env: tools.env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    stopIfInterrupted();
    return countTests(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined, code);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
