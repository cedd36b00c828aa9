import { serveSite } from '@diffeo/docs/site';
import { findBrowser } from '../src/lib/find-browser.ts';
import { launch } from '../src/lib/launch.ts';
import { freshSite } from '../src/site/lib/fresh-site.ts';
import { watchedPage } from '../src/site/lib/watched-page.ts';

export const description = 'The landing page does not grow while it trains, and ends its worker when it is left.';
export const takes = '2 minutes, and 1 to build the site';
/** Seconds of training. */
export const counts = { whole: 120, short: 4 };

interface Held {
  readonly step: number;
  readonly tensors: number;
  /** In tensors of the worker. */
  readonly bytes: number;
  /** Of the page's heap, after a collection. */
  readonly heap: number;
  readonly nodes: number;
}

export async function run({ count, print }: { readonly count: number; print(line: string): void }): Promise<string> {
  await freshSite();
  const found = await findBrowser();
  if ('failure' in found) throw new Error(found.failure);
  const [browser, served] = [await launch(found), await serveSite()];
  try {
    const { page, complaints } = await watchedPage(browser, served.url);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('HeapProfiler.enable');
    const hold = async (): Promise<Held> => {
      await devtools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      const { nodes } = await devtools.send('Memory.getDOMCounters');
      const read = await page.$eval('diffeo-landing', (element) => {
        const { step = '0', tensors = '0', bytes = '0' } = (element as HTMLElement).dataset;
        return { step: Number(step), tensors: Number(tensors), bytes: Number(bytes) };
      });
      return { ...read, heap: usedSize, nodes };
    };
    await page.goto(`${served.url}#data=two-moons&seed=1&steps=100000`);
    await page.click('[data-start]');
    // The curve has all its points, and every shape has been met, before anything is compared.
    await page.waitForFunction(
      () => Number(document.querySelector('diffeo-landing')?.getAttribute('data-frames')) > 30,
    );
    const before = await hold();
    await page.waitForTimeout(1000 * count);
    const after = await hold();
    print(`${before.step} → ${after.step} steps, ${before.heap} → ${after.heap} bytes of heap`);
    if (after.step <= before.step) throw new Error(`it rested at step ${before.step}`);
    if (after.tensors > before.tensors) throw new Error(`tensors grew from ${before.tensors} to ${after.tensors}`);
    if (after.bytes > before.bytes) throw new Error(`bytes in tensors grew from ${before.bytes} to ${after.bytes}`);
    if (after.heap > before.heap + 3e6) throw new Error(`the heap grew from ${before.heap} to ${after.heap} bytes`);
    if (after.nodes > before.nodes + 50) throw new Error(`nodes grew from ${before.nodes} to ${after.nodes}`);
    await page.goto('about:blank');
    for (let i = 0; page.workers().length > 0; i++) {
      if (i === 3000) throw new Error('its worker lives on after the page was left');
      await page.waitForTimeout(100);
    }
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
    return `${after.step - before.step} steps in ${count} s: ${after.tensors} tensors, ${after.bytes} bytes in them, heap ${((after.heap - before.heap) / 1e6).toFixed(2)} MB more, nodes ${after.nodes - before.nodes} more`;
  } finally {
    await browser.close();
    await served.close();
  }
}
