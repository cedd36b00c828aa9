import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from './api-markdown.ts';
import { exportedBy } from './exported.ts';

/** A published package of the workspace. */
export interface PublishedPackage {
  readonly name: string;
  /** `layers-coupling` */
  readonly folder: string;
  readonly description: string;
  readonly readme: string;
  readonly entries: readonly Entry[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description: string;
  readonly exports?: Readonly<Record<string, string>>;
}

/** All packages below `packages/`, by their manifests, READMEs and source. */
export function publishedPackages(repository: string): PublishedPackage[] {
  const packages = join(repository, 'packages');
  return readdirSync(packages).flatMap((folder): PublishedPackage[] => {
    const read = (file: string) => readFileSync(join(packages, folder, file), 'utf8');
    const { name, description, exports = {}, ...manifest } = JSON.parse(read('package.json')) as Manifest;
    if (manifest.private) return [];
    const entries = Object.entries(exports)
      .filter(([, source]) => typeof source === 'string' && source.endsWith('.ts'))
      .map(([path, source]) => ({
        specifier: `${name}${path.slice(1)}`,
        exported: exportedBy(join(packages, folder, source)),
      }));
    return [{ name, folder, description, readme: read('README.md'), entries }];
  });
}
