import { DiffeoError } from '@diffeo/core';

/** The first Node that the package runs on. */
const [major, minor] = [22, 12];

/** @throws DiffeoError `USAGE` where Node is too old for the package. */
export function refuseOldNode(what: string, version: string): void {
  const [ours = 0, second = 0] = version.split('.').map(Number);
  if (ours > major || (ours === major && second >= minor)) return;
  throw new DiffeoError(
    'USAGE',
    `${what} needs Node ${major}.${minor} or later, and this is ${version}. Everything else runs on it`,
  );
}

/**
 * `@diffeo/cluster`, which is loaded for the commands that ask for it alone.
 *
 * @throws DiffeoError `USAGE` where it is not installed, or this Node is too old for it.
 */
export async function loadCluster(what: string): Promise<typeof import('@diffeo/cluster')> {
  refuseOldNode(what, process.versions.node);
  try {
    return await import('@diffeo/cluster');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new DiffeoError('USAGE', `${what} needs the package @diffeo/cluster: npm install @diffeo/cluster`, { cause });
  }
}
