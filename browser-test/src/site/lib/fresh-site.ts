import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { siteFolder } from '@diffeo/docs/site';
import { newestSource } from './newest-source.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** What is written last of a build. */
const lastFile = join(siteFolder, 'dist/service-worker.js');
const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * Builds the site into `dist`, in a process of its own, unless what lies there is newer than all that it is built of. In the course of a
 * run of the tests it is not built anew, since pages of it are open: `DIFFEO_SITE` says that the run has built it.
 */
export async function freshSite(): Promise<void> {
  if (process.env['DIFFEO_SITE'] === 'built') return;
  await oneAtATime(join(workspace, 'node_modules/.cache/diffeo-site.lock'), async () => {
    const built = statSync(lastFile, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const sources = ['apps/docs/src', 'apps/docs/public', 'packages', 'docs'].map((name) =>
      newestSource(join(workspace, name)),
    );
    if (built > Math.max(...sources)) return;
    await promisify(execFile)(process.execPath, [join(siteFolder, 'src/command/main.ts'), '--build'], {
      env: { ...process.env, NODE_ENV: 'production', VITEST: undefined },
      maxBuffer: 2 ** 26,
    });
  });
}
