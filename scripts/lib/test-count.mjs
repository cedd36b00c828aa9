/** @typedef {{ passed: number, failed: number }} Count */

/**
 * @typedef {object} VitestReport the part of vitest's JSON report that is read here
 * @property {{ name: string, status: string, assertionResults: { status: string }[] }[]} testResults one a file
 */

/**
 * Counts a vitest run. A test that did not run (skipped, todo) counts as failed; so does a file that failed outside its
 * tests, and a run that ended badly for no reason the report names, or left no report.
 *
 * @param {VitestReport | undefined} report
 * @param {number} exitCode vitest's
 * @returns {Count}
 */
export function countTests(report, exitCode) {
  if (report === undefined) return { passed: 0, failed: 1 };
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const brokenFiles = report.testResults.filter(
    (file) => file.status !== 'passed' && file.assertionResults.every(({ status }) => status === 'passed'),
  ).length;
  const failed = tests.length - passed + brokenFiles;
  const nothingRan = tests.length === 0;
  return { passed, failed: failed === 0 && (exitCode !== 0 || nothingRan) ? 1 : failed };
}

/**
 * The sum of several counts.
 *
 * @param {Count[]} counts
 * @returns {Count}
 */
export function addCounts(counts) {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}
