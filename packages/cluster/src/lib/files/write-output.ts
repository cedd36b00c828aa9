import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DiffeoError } from '@diffeo/core';

/** Where outputs are written before they have their names: a folder in theirs, so that a rename is one step. */
export const writingFolder = '.writing';

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Syncs what a folder says of its files, where the system can. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Removes what workers that were killed left of an output. */
async function removeRests(folder: string, name: string): Promise<void> {
  const rests = await readdir(folder).catch(() => []);
  for (const rest of rests) if (rest.startsWith(`${name}.`)) await rm(join(folder, rest), { force: true });
}

/**
 * Writes a file beside its place, and renames it there when all of it is on the disk: whoever sees it sees the whole. Of several
 * workers that write the same at once, the last one's stays.
 *
 * @throws DiffeoError `WRITE`
 */
export async function writeOutput(path: string, bytes: Uint8Array): Promise<void> {
  const [folder, name] = [join(dirname(path), writingFolder), basename(path)];
  const beside = join(folder, `${name}.${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await rename(beside, path);
    } catch (cause) {
      // Another worker was first, and took it for a rest of one that was killed.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || !(await exists(path))) throw cause;
    }
    await syncFolder(dirname(path));
    await removeRests(folder, name);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new DiffeoError('WRITE', `${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
