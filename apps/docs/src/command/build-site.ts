import { join } from 'node:path';
import { build } from 'astro';
import { siteConfig } from '../build/site-config.ts';
import { siteFolder } from '../build/site-folder.ts';

/** Builds the site into `apps/docs/dist`, or into another folder. */
export async function buildSite(outDir: string = join(siteFolder, 'dist')): Promise<void> {
  process.env['ASTRO_TELEMETRY_DISABLED'] = '1';
  process.env['NODE_ENV'] = 'production'; // a test's own would keep Vite from bundling for production
  await build({ ...siteConfig, outDir });
}
