import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type InlineConfig, preview } from 'vite';
import type { Served } from './site.ts';

/** Bundles a page from the sources of this workspace, into a folder that goes when it is closed, and serves it on the loopback interface. */
export async function serveSourcePage(folder: string): Promise<Served> {
  const outDir = mkdtempSync(join(tmpdir(), 'diffeo-page-'));
  const remove = (): void => rmSync(outDir, { recursive: true, force: true });
  delete process.env['NODE_ENV']; // vitest's `test` would keep Vite from bundling for production
  const site: InlineConfig = {
    ...{ root: folder, configFile: false, envDir: false, logLevel: 'error' },
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'esnext',
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
    },
  };
  try {
    await build(site);
    const server = await preview({ ...site, preview: { host: '127.0.0.1', port: 0 } });
    return {
      url: server.resolvedUrls?.local[0] as string,
      close: async () => {
        await server.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
