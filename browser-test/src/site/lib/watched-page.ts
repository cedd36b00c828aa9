import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page of which everything that goes wrong is written down. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors, exceptions, requests that failed, and those that left the site. */
  readonly complaints: readonly string[];
  /** Paths of what was fetched, in the site. */
  readonly fetched: readonly string[];
  /** Waits until nothing has been fetched for a third of a second. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a page in a profile of its own. Motion is not welcome unless it is said: nothing then starts by itself. */
export async function watchedPage(
  browser: Browser,
  site: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const fetched: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', ({ message }) => complaints.push(`exception: ${message}`));
  page.on('requestfailed', (request) => {
    // What a page no longer wants when it is left is no failure.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()}`);
  });
  context.on('request', (request) => {
    const address = request.url();
    if (/^https?:/.test(address) && !address.startsWith(site)) complaints.push(`left the site: ${address}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
    if (response.url().startsWith(site)) fetched.push(new URL(response.url()).pathname);
  });
  page.setDefaultTimeout(120_000);
  const settle = async (): Promise<void> => {
    // Not playwright's `networkidle`, which on a busy machine may never come.
    for (let known = -1; known !== fetched.length; await page.waitForTimeout(333)) known = fetched.length;
  };
  return { page, complaints, fetched, settle, close: () => context.close() };
}
