import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { folderOf, requirePackageName } from './package-name.ts';
import { Refusal } from './refusal.ts';
import { filesFor } from './template.ts';

/** What to make. */
export interface NewPackage {
  /** As npm will know it: `my-layer`, `@me/my-layer`. */
  readonly name: string;
  /** Where: a folder that is empty or not there. Default: the name without its scope, in the current folder. */
  readonly folder?: string;
}

function requireEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw new Refusal(`${folder} is a file: say another folder with --dir`);
  const found = readdirSync(folder);
  if (found.length === 0) return;
  const shown = `${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}`;
  throw new Refusal(`${folder} is not empty (${shown}): empty it, or say another folder with --dir`);
}

function write(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

/** Moves a whole folder to its place. An empty folder that is there stays the same one, since a shell may stand in it. */
function moveInto(target: string, finished: string): void {
  if (!existsSync(target)) {
    renameSync(finished, target);
    return;
  }
  const moved: string[] = [];
  try {
    for (const name of readdirSync(finished)) {
      renameSync(join(finished, name), join(target, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) rmSync(join(target, name), { recursive: true });
    throw error;
  }
}

/**
 * Makes a package with one layer, its test and all that a package needs. It is written beside its place and moved there
 * when it is whole. Returns the folder.
 *
 * @throws Refusal for a name that npm does not take, or a folder that is not empty.
 */
export function createPackage({ name, folder = folderOf(name) }: NewPackage): string {
  requirePackageName(name);
  const target = resolve(folder);
  requireEmpty(target);
  const files = filesFor(name);
  mkdirSync(dirname(target), { recursive: true });
  const scratch = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  try {
    const finished = join(scratch, 'package');
    write(finished, files);
    moveInto(target, finished);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return target;
}
