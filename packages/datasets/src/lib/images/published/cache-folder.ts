import { homedir } from 'node:os';
import { join } from 'node:path';

function userCache(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return XDG_CACHE_HOME || join(homedir(), '.cache');
}

/** Where downloads are kept: `DIFFEO_CACHE` where it is set, else `diffeo` in the user's cache of the system. */
export const cacheFolder = (): string => process.env['DIFFEO_CACHE'] || join(userCache(), 'diffeo');
