import { type Browser, chromium } from 'playwright-core';
import type { Candidate } from './usual-browsers.ts';

/** Nothing but the page: no graphics card, and no talk of the browser's own with the world. */
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser without a window, with a profile of its own that goes with it. */
export const launch = ({ launch: { env, ...options } }: Candidate): Promise<Browser> =>
  chromium.launch({ ...options, args: quiet, env: { ...process.env, ...env }, timeout: 20_000 });
