import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Whether results depend on a package: ours, and the backends. */
const counts = (name: string): boolean => name.startsWith('@diffeo/') || name.startsWith('@tensorflow/');

/** The versions of the packages that results depend on, by name: this one, and what it and they depend on. Optional peers may be missing, and train nothing here. */
export function packageVersions(): Readonly<Record<string, string>> {
  const versions = new Map<string, string>();
  const visit = (path: string): void => {
    const { name, version, dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(path, 'utf8'),
    ) as Manifest;
    if (versions.has(name)) return;
    versions.set(name, version);
    const require = createRequire(path);
    const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter(
      (each) => counts(each) && !peerDependenciesMeta?.[each]?.optional,
    );
    for (const each of needed) visit(require.resolve(`${each}/package.json`));
  };
  visit(createRequire(import.meta.url).resolve('../../../package.json'));
  return Object.fromEntries([...versions].sort(([a], [b]) => (a < b ? -1 : 1)));
}
