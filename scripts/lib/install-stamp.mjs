import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspacePackages } from './repository.mjs';

/**
 * A fingerprint of all that decides what an install brings: the lockfile, the workspace's settings, every package.json,
 * the platform, whose binaries are chosen at install, and the sources of what is compiled before anything runs.
 *
 * @param {string} folder the repository's root
 * @returns {string}
 */
export function installStamp(folder) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  const packages = workspacePackages(folder);
  const manifests = packages.map((each) => `${each.folder}/package.json`);
  const compiled = packages.flatMap((each) => filesIn(folder, `${each.folder}/assembly`));
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests, ...compiled]) {
    const content = readFileSync(join(folder, path));
    hash.update(`${path} ${content.length}\n`).update(content);
  }
  return `${hash.digest('hex')}\n`;
}

/**
 * The paths of the files in a folder and in those inside it, in order.
 *
 * @param {string} folder
 * @param {string} below
 * @returns {string[]}
 */
function filesIn(folder, below) {
  if (!existsSync(join(folder, below))) return [];
  return readdirSync(join(folder, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${below}/${entry.name}`;
      return entry.isDirectory() ? filesIn(folder, path) : [path];
    });
}
