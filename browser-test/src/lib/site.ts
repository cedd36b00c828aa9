import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Installation, install } from '@diffeo/install-test/install';
import { build, createServer, type InlineConfig, preview } from 'vite';

/** A site that is being served on the loopback interface. */
export interface Served {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

const page = fileURLToPath(new URL('../../fixtures/page', import.meta.url));
const packages = [
  'core',
  'datasets',
  'kernels-wasm',
  'layers-coupling',
  'layers-elementwise',
  'layers-glow',
  'layers-linear',
  'networks',
  'ops',
  'trainer',
];

/** With these a page may share memory with its workers. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Installs what the page needs into an empty folder, as its author would, and puts the page there. */
export async function installPage(): Promise<Installation> {
  const installation = await install([
    ...packages.map((name) => `@diffeo/${name}`),
    ...['core', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}`),
  ]);
  cpSync(page, installation.folder, { recursive: true });
  const kernels = join(installation.folder, 'node_modules/@diffeo/kernels-wasm/wasm');
  cpSync(kernels, join(installation.folder, 'public/kernels'), { recursive: true });
  return installation;
}

const configuration = (folder: string): InlineConfig => {
  delete process.env['NODE_ENV']; // vitest's `test` would keep Vite from bundling for production
  return { root: folder, configFile: false, envDir: false, logLevel: 'error' };
};

/** Bundles the page with Vite's defaults. */
export async function buildPage(folder: string): Promise<void> {
  await build({
    ...configuration(folder),
    build: { chunkSizeWarningLimit: Infinity },
  });
}

/** Serves the bundled page. */
export async function servePage(folder: string, { isolated }: { readonly isolated: boolean }): Promise<Served> {
  const server = await preview({
    ...configuration(folder),
    preview: { host: '127.0.0.1', port: 0, headers: isolated ? isolation : {} },
  });
  return { url: server.resolvedUrls?.local[0] as string, close: () => server.close() };
}

/** Serves the page as its author sees it while writing. */
export async function developPage(folder: string): Promise<Served> {
  const server = await createServer({
    ...configuration(folder),
    // Only workers import it, and Vite looks into pages alone for what to prepare: it would reload the page.
    optimizeDeps: { include: ['@diffeo/trainer/worker'] },
    server: { host: '127.0.0.1', port: 0 },
  });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] as string, close: () => server.close() };
}
