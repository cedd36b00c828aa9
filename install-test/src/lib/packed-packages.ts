import { readFileSync } from 'node:fs';
import { parseTarGzip } from 'nanotar';
import { inject } from 'vitest';
import type {} from './pack.setup.ts';

/** The part of a packed package.json that is read here. */
interface PackedManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A package as it would be published. */
export interface PackedPackage {
  readonly manifest: PackedManifest;
  /** The path of the tarball. */
  readonly tarball: string;
  /** The text of every file, by its path in the package. */
  readonly files: ReadonlyMap<string, string>;
}

async function read(tarball: string): Promise<PackedPackage> {
  const entries = await parseTarGzip(readFileSync(tarball));
  const files = new Map(entries.map(({ name, text }) => [name.replace(/^package\//, ''), text]));
  return { tarball, files, manifest: JSON.parse(files.get('package.json') ?? '{}') };
}

function tarballs(): readonly string[] {
  const packing = inject('packing');
  if ('failure' in packing) throw new Error(`there is nothing to install: ${packing.failure}`);
  return packing.tarballs;
}

/** Every public package of this repository, packed. */
export const packedPackages: readonly PackedPackage[] = await Promise.all(tarballs().map(read));

/** The packed package of that name. */
export function packed(name: string): PackedPackage {
  const found = packedPackages.find(({ manifest }) => manifest.name === name);
  if (found) return found;
  throw new Error(`${name} is not among the packed packages: ${packedPackages.map((each) => each.manifest.name)}`);
}

/** What stands behind `npm install` for everything: names within our scope, whose registry is known; tarballs otherwise. */
export const everything: readonly string[] = packedPackages.map(({ manifest: { name }, tarball }) =>
  name.startsWith('@diffeo/') ? name : tarball,
);
