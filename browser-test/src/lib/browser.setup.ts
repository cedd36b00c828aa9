import type { TestProject } from 'vitest/node';
import { findBrowser } from './find-browser.ts';
import type { Candidate } from './usual-browsers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The browser to test in; or why there is none. */
    readonly browser: Candidate | { readonly failure: string };
  }
}

/**
 * Finds a browser that starts, once for all tests of this folder: the one named by `DIFFEO_CHROMIUM` and no other, one
 * that is installed, or the one that came with the dependencies. A failure is the tests': thrown here, it would keep every
 * other test of the workspace from running.
 */
export async function setup({ provide }: TestProject): Promise<void> {
  provide('browser', await findBrowser());
}
