import { DiffeoError } from '@diffeo/core';
import { nodeModule } from '../executor/node-modules.ts';

/** The part of a package.json that is read here. */
interface Manifest {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package on disk. */
export interface InstalledPackage {
  /** Where its package.json is. */
  readonly file: string;
  /** What it declares that it depends on. */
  readonly dependencies: ReadonlySet<string>;
}

/** As npm has it. Names of files, addresses and Node's own modules are none. */
const packageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;
export const isPackageName = (name: string): boolean => packageName.test(name);

function read(file: string): Manifest | null {
  const { readFileSync } = nodeModule('fs');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return null;
  }
}

/** The nearest package around a file or folder, called `name` where that is given. Reads, and runs nothing. */
export function packageAround(path: URL, name?: string): InstalledPackage | null {
  const { fileURLToPath } = nodeModule('url');
  for (let folder = new URL('.', path); ; folder = new URL('..', folder)) {
    const file = fileURLToPath(new URL('package.json', folder));
    const manifest = read(file);
    if (manifest && (name === undefined || manifest.name === name)) {
      const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest;
      // What a package develops with is installed beside the caller's own alone.
      const own = name === undefined ? devDependencies : undefined;
      const declared = { ...dependencies, ...peerDependencies, ...optionalDependencies, ...own };
      return { file, dependencies: new Set(Object.keys(declared)) };
    }
    if (folder.pathname === new URL('..', folder).pathname) return null;
  }
}

/** The module by which a package is entered, as another one finds it. Resolves, and runs nothing. */
export function entryOf(name: string, from: InstalledPackage): URL | null {
  const { createRequire } = nodeModule('module');
  const { pathToFileURL } = nodeModule('url');
  try {
    return pathToFileURL(createRequire(from.file).resolve(name));
  } catch {
    return null;
  }
}

/** @throws DiffeoError `CONFIG` where there is no package around the caller's file. */
export function callersPackage(from: string | URL): InstalledPackage {
  const { pathToFileURL } = nodeModule('url');
  const { statSync } = nodeModule('fs');
  const address = from instanceof URL || from.startsWith('file:') ? new URL(from) : pathToFileURL(from);
  const isFolder = statSync(address, { throwIfNoEntry: false })?.isDirectory() && !address.href.endsWith('/');
  const found = packageAround(isFolder ? new URL(`${address.href}/`) : address);
  if (found) return found;
  throw new DiffeoError(
    'CONFIG',
    `loadAny: there is no package.json around ${from}, whose dependencies could be looked at`,
  );
}
