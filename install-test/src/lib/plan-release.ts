import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './repository.ts';
import { run } from './run.ts';

/** The part of a workspace package's package.json that a release changes or that decides on it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Packages by name. */
type Manifests = ReadonlyMap<string, Manifest>;

/** What the workspace would look like before and after `changeset version`. */
export interface Release {
  readonly before: Manifests;
  readonly after: Manifests;
}

const paths = globSync(['*/package.json', '{packages,apps}/*/package.json'], { cwd: root });
const changesetCommand = join(root, 'node_modules/@changesets/cli/bin.js');

const read = (folder: string): Manifests =>
  new Map(
    paths.map((path) => {
      const manifest: Manifest = JSON.parse(readFileSync(join(folder, path), 'utf8'));
      return [manifest.name, manifest];
    }),
  );

/**
 * Runs `changeset version` on a copy of the workspace's metadata: every package.json and the configuration.
 *
 * @param options.changeset how each package changes; without it, the changesets that wait in the repository
 * @param options.versions the public packages' versions to start from; without it, their own
 */
export async function planRelease({
  changeset,
  versions,
}: {
  readonly changeset?: Readonly<Record<string, 'major' | 'minor' | 'patch'>>;
  readonly versions?: Readonly<Record<string, string>>;
}): Promise<Release> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-release-'));
  try {
    for (const path of ['package.json', 'pnpm-workspace.yaml', '.changeset', ...paths]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      const skipped = /\.changeset[\\/].*\.md$/;
      cpSync(join(root, path), join(folder, path), {
        recursive: true,
        filter: (source) => changeset === undefined || !skipped.test(source),
      });
    }
    if (changeset) {
      const lines = Object.entries(changeset).map(([name, bump]) => `'${name}': ${bump}\n`);
      writeFileSync(join(folder, '.changeset/change.md'), `---\n${lines.join('')}---\n\nA change.\n`);
    }
    for (const path of paths) {
      const manifest: Manifest = JSON.parse(readFileSync(join(folder, path), 'utf8'));
      const version = versions?.[manifest.name] ?? manifest.version;
      writeFileSync(join(folder, path), JSON.stringify({ ...manifest, version }, null, 2));
    }
    const before = read(folder);
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    for (const args of [
      ['init', '-q'],
      ['add', '.'],
      [...identity, 'commit', '-q', '-m', 'All'],
    ]) {
      await run(['git', ...args], { cwd: folder, env: process.env });
    }
    await run([process.execPath, changesetCommand, 'version'], { cwd: folder, env: process.env });
    return { before, after: read(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
