import { inject } from 'vitest';
import type {} from './site.setup.ts';

/** Where the site is served. Throws where it could not be built. */
export function servedSite(): string {
  const served = inject('site');
  if ('failure' in served) throw new Error(served.failure);
  return served.url;
}
