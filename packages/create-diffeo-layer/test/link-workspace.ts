import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

const here = fileURLToPath(new URL('..', import.meta.url));
const ours: ReadonlyMap<string, string> = new Map(
  readdirSync(join(root, 'packages')).map((folder) => [`@diffeo/${folder}`, join(root, 'packages', folder)]),
);

/** Where a package is in this workspace: one of ours, or what the template needs. */
const installed = (name: string): string => ours.get(name) ?? realpathSync(join(here, 'node_modules', name));

/** Links a folder as a package that is installed in another folder. */
export function link(folder: string, name: string, target: string = installed(name)): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place, 'junction');
}

/**
 * Gives a package that stands outside the workspace its dependencies by links to the workspace's, as `npm install` would
 * from the registry: a moment instead of half a minute, and no network.
 */
export function linkDependencies(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies });
  for (const name of names) link(folder, name);
}
