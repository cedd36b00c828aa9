import { type Browser, chromium } from 'playwright-core';
import type { Candidate } from './usual-browsers.ts';

/** Nothing but the page: no talk of the browser's own with the world. */
const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What draws and computes for pages: nothing; SwiftShader, a GPU that the processor imitates; or the graphics card of this machine. */
export type Graphics = keyof typeof graphicsFlags;

const webgpu = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--ignore-gpu-blocklist'];
const graphicsFlags = {
  none: ['--disable-gpu'],
  software: [
    ...webgpu,
    ...['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--use-webgpu-adapter=swiftshader'],
  ],
  hardware: webgpu,
} as const;

/** Starts a browser without a window, with a profile of its own that goes with it. */
export const launch = (
  { launch: { env, ...options } }: Candidate,
  { graphics = 'none' }: { readonly graphics?: Graphics } = {},
): Promise<Browser> =>
  chromium.launch({
    ...options,
    args: [...quiet, ...graphicsFlags[graphics]],
    env: { ...process.env, ...env },
    timeout: 120_000, // only a hang reaches it
  });
