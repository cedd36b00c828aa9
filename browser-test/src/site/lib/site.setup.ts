import { serveSite } from '@diffeo/docs/site';
import type { TestProject } from 'vitest/node';
import { freshSite } from './fresh-site.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built site is served, under a path of a host, as it may be anywhere, with a slash at the end; or why it is not. */
    readonly site: { readonly url: string } | { readonly failure: string };
  }
}

/**
 * Builds the site once for all tests, and serves it. A failure is theirs: thrown here, it would keep every other test of the
 * workspace from running.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  try {
    await freshSite();
  } catch (error) {
    provide('site', { failure: `the site could not be built: ${(error as Error).message}` });
    return () => Promise.resolve();
  }
  process.env['DIFFEO_SITE'] = 'built'; // for the processes of this run
  const served = await serveSite({ base: '/some/path/' });
  provide('site', { url: served.url });
  return () => {
    delete process.env['DIFFEO_SITE'];
    return served.close();
  };
}
