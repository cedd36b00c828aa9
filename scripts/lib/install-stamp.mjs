import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspacePackages } from './repository.mjs';

/**
 * A fingerprint of all that decides what an install brings: the lockfile, the workspace's settings, every package.json,
 * and the platform, whose binaries are chosen at install.
 *
 * @param {string} folder the repository's root
 * @returns {string}
 */
export function installStamp(folder) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  const manifests = workspacePackages(folder).map((each) => `${each.folder}/package.json`);
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    const content = readFileSync(join(folder, path));
    hash.update(`${path} ${content.length}\n`).update(content);
  }
  return `${hash.digest('hex')}\n`;
}
