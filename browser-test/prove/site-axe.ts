import { serveSite } from '@diffeo/docs/site';
import { findBrowser } from '../src/lib/find-browser.ts';
import { launch } from '../src/lib/launch.ts';
import { axeViolations, rulesOfColours } from '../src/site/lib/axe-violations.ts';
import { freshSite } from '../src/site/lib/fresh-site.ts';
import { sitePages } from '../src/site/lib/site-pages.ts';
import { watchedPage } from '../src/site/lib/watched-page.ts';

export const description = 'axe finds no fault in any page of the site, in the light and in the dark.';
export const takes = '8 minutes, and 1 to build the site';
/** Pages, from the one that the seed says. */
export const counts = { whole: 1000, short: 1 };

export async function run({
  count,
  seed,
  print,
}: {
  readonly count: number;
  readonly seed: number;
  print(line: string): void;
}): Promise<string> {
  await freshSite();
  const found = await findBrowser();
  if ('failure' in found) throw new Error(found.failure);
  const [browser, served, pages] = [await launch(found), await serveSite(), sitePages()];
  const faults: string[] = [];
  const looked = Math.min(count, pages.length);
  try {
    const { page } = await watchedPage(browser, served.url, { viewport: { width: 360, height: 740 } });
    for (let i = 0; i < looked; i++) {
      const path = pages[(seed + i) % pages.length] as string;
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(served.url + path);
      const light = await axeViolations(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      const inPage = [...light, ...(await axeViolations(page, rulesOfColours))].map((fault) => `/${path}: ${fault}`);
      for (const fault of inPage) print(fault);
      faults.push(...inPage);
    }
  } finally {
    await browser.close();
    await served.close();
  }
  if (faults.length > 0) throw new Error(`${faults.length} faults, the first ${faults[0]}`);
  return `no fault in ${looked} of ${pages.length} pages`;
}
