import type { Page } from 'playwright-core';
import type { LayerReport } from '../../fixtures/backends/check-layers.ts';
import type {} from '../../fixtures/backends/main.ts';

/** Checks layers and bases of the workspace, as many as are wanted, and says what went nearest to its tolerance. */
export async function proveLayers(
  page: Page,
  check: (type: string) => Promise<LayerReport>,
  { most, print }: { readonly most: number; print(line: string): void },
): Promise<string> {
  const types = await page.evaluate(() => backends.layerTypes());
  if (types.length < 20) throw new Error(`only ${types.length} layers and bases were found`);
  const reports: LayerReport[] = [];
  for (const type of types.slice(0, most)) {
    const began = performance.now();
    const report = await check(type);
    reports.push(report);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    print(`${type}: ${report.count - report.failures.length} of ${report.count} hold, ${seconds} s`);
    for (const line of [...report.failures, report.problem]) if (line) print(`  ${line}`);
  }
  const failed = reports.filter(({ failures, problem, count }) => failures.length > 0 || problem || count === 0);
  if (failed.length > 0) throw new Error(`${failed.map(({ type }) => type).join(', ')}: not as it should be`);
  const count = reports.reduce((sum, report) => sum + report.count, 0);
  const nearest = Math.max(...reports.flatMap(({ strain }) => Object.values(strain)));
  return `${count} checks of ${reports.length} layers and bases; the worst came to ${(100 * nearest).toFixed(0)} % of its tolerance`;
}
