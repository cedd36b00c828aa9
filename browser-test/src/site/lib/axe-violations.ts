import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules about colours: nothing else is different in the dark. */
export const rulesOfColours = ['color-contrast', 'link-in-text-block'] as const;

/** Rules that the words, pictures and tables of a single page may break, whatever it shares with others. */
export const rulesOfContent = [
  ...['heading-order', 'empty-heading', 'page-has-heading-one', 'image-alt', 'svg-img-alt', 'role-img-alt'],
  ...['link-name', 'button-name', 'label', 'list', 'listitem', 'dlitem', 'definition-list', 'summary-name'],
  ...['empty-table-header', 'td-headers-attr', 'th-has-data-cells', 'duplicate-id-aria', 'aria-allowed-attr'],
  ...['aria-valid-attr', 'aria-valid-attr-value', 'scrollable-region-focusable', 'nested-interactive'],
] as const;

/** What axe finds in a page, or in the element of a selector, of all rules or of those that are named: a line each. */
export async function axeViolations(page: Page, rules?: readonly string[], within = ':root'): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate(
    ([only, where]) =>
      (globalThis as unknown as { axe: { run(where: string, options: object): Promise<AxeResults> } }).axe.run(
        where,
        // Of what is right it would describe every node.
        { resultTypes: ['violations'], ...(only && { runOnly: { type: 'rule', values: only } }) },
      ),
    [rules, within] as const,
  )) as AxeResults;
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(' … ')}`,
  );
}
