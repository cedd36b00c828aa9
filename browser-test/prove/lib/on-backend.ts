import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type {} from '../../fixtures/backends/main.ts';
import { findBrowser } from '../../src/lib/find-browser.ts';
import { type Graphics, launch } from '../../src/lib/launch.ts';
import { serveSourcePage } from '../../src/lib/source-page.ts';

const page = fileURLToPath(new URL('../../fixtures/backends', import.meta.url));

/** Opens the page of backends and starts one in it: on the graphics card of this machine, or else on one that the processor imitates. */
export async function onBackend<T>(
  name: 'webgl' | 'webgpu',
  use: (page: Page, device: string) => Promise<T>,
): Promise<T> {
  const found = await findBrowser();
  if ('failure' in found) throw new Error(found.failure);
  const served = await serveSourcePage(page);
  const refusals: string[] = [];
  try {
    for (const graphics of ['hardware', 'software'] satisfies Graphics[]) {
      const browser = await launch(found, { graphics });
      try {
        const tab = await browser.newPage();
        const complaints: string[] = [];
        tab.on('pageerror', ({ message }) => complaints.push(message));
        tab.setDefaultTimeout(600_000);
        await tab.goto(served.url);
        await tab.waitForFunction(() => 'backends' in globalThis);
        const used = await tab.evaluate((given) => backends.use(given), name);
        if ('refusal' in used) {
          refusals.push(`${graphics}: ${used.refusal}`);
          continue;
        }
        const result = await use(tab, used.device ?? graphics);
        if (complaints.length > 0) throw new Error(complaints.join('\n'));
        return result;
      } finally {
        await browser.close();
      }
    }
  } finally {
    await served.close();
  }
  throw new Error(`${found.title} has no ${name} here.\n${refusals.join('\n')}`);
}
