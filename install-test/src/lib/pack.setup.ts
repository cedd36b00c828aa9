import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { root } from './repository.ts';
import { run } from './run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Paths of the packed packages; or why there are none. */
    readonly packing: { readonly tarballs: readonly string[] } | { readonly failure: string };
    /** A folder for what several test files share: see `shared-installations.ts`. */
    readonly sharedInstallations: string;
  }
}

/**
 * Packs every public package once for all tests that install them, unless `npm test` has done so: it names the folder in
 * `DIFFEO_TARBALLS`. Vitest runs this only when one of them is to run. A failure is theirs: thrown here, it would keep
 * every other test of the workspace from running.
 */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const shared = mkdtempSync(join(tmpdir(), 'diffeo-installed-'));
  const removed = [shared];
  provide('sharedInstallations', shared);
  const teardown = () => {
    for (const each of removed) rmSync(each, { recursive: true, force: true });
  };
  const packed = tarballsIn(process.env['DIFFEO_TARBALLS']);
  if (packed.length > 0) {
    provide('packing', { tarballs: packed });
    return teardown;
  }
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-tarballs-'));
  removed.push(folder);
  const command = [process.execPath, join(root, 'scripts/run.mjs'), 'pack:all', folder] as const;
  await run(command, { cwd: root, env: process.env }).then(
    () => provide('packing', { tarballs: tarballsIn(folder) }),
    ({ message }: Error) => provide('packing', { failure: message }),
  );
  process.env['DIFFEO_TARBALLS'] = folder; // for the other projects of this run
  return teardown;
}

function tarballsIn(folder = ''): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(folder, name));
}
