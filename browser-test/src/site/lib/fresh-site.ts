import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { siteFolder } from '@diffeo/docs/site';
import { oneAtATime } from './one-at-a-time.ts';

/** What is written last of a build. */
const lastFile = join(siteFolder, 'dist/service-worker.js');
const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

const notSources = ['node_modules', 'dist', '.astro'];

/** When the newest source below a folder was written. Links are not followed: those of packages to each other have no end. */
function newestIn(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notSources.includes(entry.name) ? 0 : newestIn(path);
    return entry.isFile() ? statSync(path).mtimeMs : 0;
  });
  return Math.max(0, ...times);
}

/** Builds the site into `dist`, in a process of its own, unless what lies there is newer than all that it is built of. */
export const freshSite = (): Promise<void> =>
  oneAtATime(join(workspace, 'node_modules/.cache/diffeo-site.lock'), async () => {
    const built = statSync(lastFile, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const sources = ['apps/docs/src', 'apps/docs/public', 'packages', 'docs'].map((name) =>
      newestIn(join(workspace, name)),
    );
    if (built > Math.max(...sources)) return;
    await promisify(execFile)(process.execPath, [join(siteFolder, 'src/command/main.ts'), '--build'], {
      env: { ...process.env, NODE_ENV: 'production', VITEST: undefined },
      maxBuffer: 2 ** 26,
    });
  });
