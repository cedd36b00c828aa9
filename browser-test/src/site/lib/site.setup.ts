import { serveSite } from '@diffeo/docs/site';
import type { TestProject } from 'vitest/node';
import { freshSite } from './fresh-site.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built site is served: under a path of a host, as it may be anywhere. Ends with a slash. */
    readonly site: string;
  }
}

/** Builds the site once for all tests, and serves it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await freshSite();
  process.env['DIFFEO_SITE'] = 'built'; // for the processes of this run
  const served = await serveSite({ base: '/some/path/' });
  project.provide('site', served.url);
  return () => {
    delete process.env['DIFFEO_SITE'];
    return served.close();
  };
}
