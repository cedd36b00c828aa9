import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { capture } from './child.mjs';
import { childEnvironment } from './environment.mjs';
import { withLock } from './lock.mjs';
import { Problem, say } from './problem.mjs';
import { pins, root } from './repository.mjs';
import { explainFetchFailure, hostNodeFits, nodeBinary, nodePackage } from './toolchain-choice.mjs';

const folder = join(root, '.toolchain');
const npmFlags = [
  ...['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
  ...['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=8000'], // npm's own waits add up to over a minute
];

/** Held while the toolchain or the dependencies are being installed. */
export const installLock = join(folder, 'lock');

/** Said once when another process holds the lock. */
export const sayWaiting = () => say('waiting for another install in this folder to finish …');

/**
 * @typedef {object} Toolchain
 * @property {string} node path of the Node binary
 * @property {string[]} pnpm the command that runs pnpm
 * @property {NodeJS.ProcessEnv} env for every program started with it
 */

/**
 * The pinned toolchain: the host's Node where it fits, otherwise the registry's; pnpm always the pinned one. What is
 * missing is fetched into `.toolchain/`, each part beside and renamed into place once it has shown that it runs.
 *
 * @returns {Promise<Toolchain>}
 */
export async function toolchain() {
  const pinned = pins();
  const ownNode = hostNodeFits(process.versions.node, pinned.node);
  const nodePart = part(nodePackage(process.platform, process.arch), pinned.node, nodeBinary(process.platform));
  const pnpmPart = part('pnpm', pinned.pnpm, 'bin/pnpm.cjs');
  const node = ownNode ? process.execPath : nodePart.file;

  const missing = () => [...(ownNode ? [] : [nodePart]), pnpmPart].filter(({ file }) => !existsSync(file));
  if (missing().length > 0) {
    await withLock(
      installLock,
      async () => {
        removeLeftovers();
        for (const each of missing()) await fetchPart(each, each === pnpmPart ? [node] : []);
      },
      sayWaiting,
    );
  }
  return {
    node,
    pnpm: [node, pnpmPart.file],
    env: childEnvironment(process.env, [dirname(node), join(pnpmPart.home, 'node_modules/.bin')]),
  };
}

/** @typedef {{ name: string, version: string, home: string, file: string }} Part */

/**
 * @param {string} name of the package
 * @param {string} version
 * @param {string} file to be run, below the package's folder
 * @returns {Part}
 */
function part(name, version, file) {
  const home = join(folder, `${name}-${version}`);
  return { name, version, home, file: join(home, 'node_modules', name, file) };
}

/**
 * @param {Part} part
 * @param {string[]} runner what runs the part's file, if it is not a program itself
 */
async function fetchPart({ name, version, home, file }, runner) {
  const platform = `${process.platform}-${process.arch}`;
  const started = Date.now();
  say(`fetching ${name} ${version} into .toolchain/ …`);
  const beside = mkdtempSync(join(folder, 'partial-'));
  try {
    writeFileSync(join(beside, 'package.json'), '{ "private": true }\n');
    const wanted = `${name}@${version}`;
    const install = await capture([...npm(), 'install', ...npmFlags, '--prefix', beside, wanted], {
      cwd: beside,
      env: childEnvironment(process.env),
    }).catch((error) => {
      throw error.code === 'ENOENT' ? new Problem('npm is not on the PATH, and it is needed to fetch the rest') : error;
    });
    if (install.code !== 0) throw new Problem(explainFetchFailure(wanted, platform, install.output));

    const trial = [...runner, file.replace(home, beside), '--version'];
    const shown = await capture(trial, { cwd: beside, env: childEnvironment(process.env) }).catch((error) => ({
      output: String(error.message),
      stdout: '',
    }));
    if (shown.stdout.trim().replace(/^v/, '') !== version) {
      throw new Problem(`${wanted} does not run on this machine (${platform}): ${shown.output.trim()}`);
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(beside, home);
    say(`fetched ${name} ${version} in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Removes what interrupted fetches left behind; called under the lock, so no other fetch is under way. */
function removeLeftovers() {
  for (const name of readdirSync(folder).filter((each) => each.startsWith('partial-'))) {
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // an npm whose parent was killed may still be writing there; the next fetch removes it
    }
  }
}

/** The command that runs the host's npm. On Windows `npm` is a script that cannot be started without a shell. */
function npm() {
  const running = process.env['npm_execpath'] ?? '';
  if (basename(running) === 'npm-cli.js' && existsSync(running)) return [process.execPath, running];
  const besideNode = join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js');
  if (process.platform === 'win32' && existsSync(besideNode)) return [process.execPath, besideNode];
  return ['npm'];
}
