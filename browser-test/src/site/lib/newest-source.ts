import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const notSources = ['node_modules', 'dist'];

/**
 * When the newest source below a folder was written. Links are not followed: those of packages to each other have no end; nor are
 * folders with a dot, into which builds and tests write.
 */
export function newestSource(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name.startsWith('.') || notSources.includes(entry.name) ? 0 : newestSource(path);
    }
    return entry.isFile() ? statSync(path).mtimeMs : 0;
  });
  return Math.max(0, ...times);
}
