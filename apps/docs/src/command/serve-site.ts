import { join } from 'node:path';
import { preview } from 'vite';
import { siteFolder } from '../build/site-folder.ts';

/** Serves the built folder as any static host would: no special headers, under `base`. */
export async function serveSite({
  port = 0,
  base = '/',
  outDir = join(siteFolder, 'dist'),
}: {
  /** 0 is any that is free. */
  readonly port?: number;
  /** The path under which the site lies, from slash to slash. */
  readonly base?: string;
  readonly outDir?: string;
} = {}): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = await preview({
    root: siteFolder,
    base,
    configFile: false,
    envDir: false,
    appType: 'mpa',
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port },
  });
  return { url: server.resolvedUrls?.local[0] as string, close: () => server.close() };
}
