import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The pinned versions, each from its one place: Node's from `.node-version`, pnpm's from `packageManager` in package.json.
 *
 * @returns {{ node: string, pnpm: string }}
 */
export function pins(folder = root) {
  const node = readFileSync(join(folder, '.node-version'), 'utf8').trim();
  const { packageManager } = readJson(join(folder, 'package.json'));
  const pnpm = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager)?.[1];
  if (pnpm === undefined) throw new Error(`packageManager in package.json is '${packageManager}', not pnpm@<version>`);
  return { node, pnpm };
}

/**
 * The workspace's packages, sorted by folder, from the `packages:` list of pnpm-workspace.yaml. The list holds folders
 * (`demo`) and folders of folders (`packages/*`); this is read before any YAML parser is installed.
 *
 * @returns {{ folder: string, manifest: Record<string, any> }[]} folders are relative to the root, with `/`
 */
export function workspacePackages(folder = root) {
  const yaml = readFileSync(join(folder, 'pnpm-workspace.yaml'), 'utf8');
  const list = /^packages:\n((?: *- .*\n)+)/m.exec(yaml)?.[1] ?? '';
  return list
    .split('\n')
    .map((line) => line.replace(/^ *- /, '').replace(/['"]/g, '').trim())
    .filter((pattern) => pattern !== '')
    .flatMap((pattern) => (pattern.endsWith('/*') ? subfolders(folder, pattern.slice(0, -2)) : [pattern]))
    .filter((path) => existsSync(join(folder, path, 'package.json')))
    .sort()
    .map((path) => ({ folder: path, manifest: readJson(join(folder, path, 'package.json')) }));
}

/**
 * @param {string} folder
 * @param {string} parent
 */
function subfolders(folder, parent) {
  if (!existsSync(join(folder, parent))) return [];
  return readdirSync(join(folder, parent)).map((name) => `${parent}/${name}`);
}

/**
 * @param {string} path
 * @returns {Record<string, any>}
 */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
