import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { hostEnvironment } from './host.ts';
import { packedPackages } from './packed-packages.ts';
import { startRegistry } from './registry.ts';
import { fixture } from './repository.ts';
import { type Command, run } from './run.ts';

/** A folder of somebody else's, with packages installed and files in it. */
export interface Installation {
  readonly folder: string;
  /** Runs a program there and returns what it printed. Throws when it fails. */
  run(...command: Command): Promise<string>;
  remove(): void;
}

/** A folder that is there already. */
export const inFolder = (folder: string): Installation => ({
  folder,
  run: (...command) => run(command, { cwd: folder, env: hostEnvironment }),
  remove: () => rmSync(folder, { recursive: true, force: true }),
});

/** Copies files and folders of the fixtures into a folder. */
export function copyFixtures(names: readonly string[], folder: string): void {
  for (const name of names) cpSync(fixture(name), join(folder, basename(name)), { recursive: true });
}

/**
 * Installs packages into an empty folder with the machine's own npm. `@diffeo/*` comes from a registry that holds the
 * packed packages and nothing else, everything else from wherever npm takes it.
 *
 * @param packages what stands behind `npm install`: names or paths of tarballs
 * @param fixtures files and folders to copy there afterwards
 * @param place the empty folder, where it is not to be a new one
 */
export async function install(
  packages: readonly string[],
  fixtures: readonly string[] = [],
  place: string = mkdtempSync(join(tmpdir(), 'diffeo-stranger-')),
): Promise<Installation> {
  const installation = inFolder(place);
  const { folder } = installation;
  const registry = await startRegistry(packedPackages);
  try {
    writeFileSync(join(folder, '.npmrc'), `@diffeo:registry=${registry.url}\n`);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    await installation.run('npm', 'install', ...flags, ...packages);
    copyFixtures(fixtures, folder);
    return installation;
  } catch (error) {
    installation.remove();
    throw error;
  } finally {
    await registry.close();
  }
}
