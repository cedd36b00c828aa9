import { dev } from 'astro';
import { siteConfig } from '../build/site-config.ts';

/** Serves the site from its source: a page changes as its file does. */
export async function editSite(port: number): Promise<{ readonly url: string }> {
  process.env['ASTRO_TELEMETRY_DISABLED'] = '1';
  const { address } = await dev({ ...siteConfig, server: { host: '127.0.0.1', port } });
  return { url: `http://127.0.0.1:${address.port}/` };
}
