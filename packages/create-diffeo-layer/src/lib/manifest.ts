import { readFileSync } from 'node:fs';

/** The part of this package's own package.json that is read. */
export interface Manifest {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}

const ownFolder = new URL('../../', import.meta.url);
const readJson = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, ownFolder), 'utf8')) as T;

/** This package's own package.json. */
export const manifest = (): Manifest => readJson('package.json');

/**
 * The range of each package that this one was published with, by name: packing turns `workspace:` and `catalog:` into
 * ranges, so that a made package asks for what this release was tested with. In a checkout, where they still stand, it is
 * what is installed.
 */
export function publishedRanges({ devDependencies }: Manifest = manifest()): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(devDependencies).map(([name, range]) => {
      if (!/^(workspace|catalog):/.test(range)) return [name, range];
      const { version } = readJson<{ readonly version: string }>(`node_modules/${name}/package.json`);
      return [name, `^${version}`];
    }),
  );
}
