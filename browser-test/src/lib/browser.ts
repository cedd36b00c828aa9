import type { Browser } from 'playwright-core';
import { inject } from 'vitest';
import type {} from './browser.setup.ts';
import { launch } from './launch.ts';

/** Starts the browser that was found. */
export function startBrowser(): Promise<Browser> {
  const found = inject('browser');
  if ('failure' in found) throw new Error(found.failure);
  return launch(found);
}
