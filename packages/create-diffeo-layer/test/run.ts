import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './link-workspace.ts';

/** How a program ended and all that it printed. */
export interface Outcome {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly output: string;
}

/** The environment of somebody else's terminal: what this vitest tells its children would change another vitest. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|vitest|node_env$|node_options$)/i.test(name)),
);

/** Runs a Node program in a folder. */
export function runNode(folder: string, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: environment, encoding: 'utf8', maxBuffer: 1e9 } as const;
    execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? 1) : 0, stdout, output: stripVTControlCharacters(stdout + stderr) });
    });
  });
}

const tool =
  (path: string) =>
  (folder: string, ...args: readonly string[]) =>
    runNode(folder, join(root, path), ...args);

/** The workspace's own tools, run in another folder. */
export const tsc = tool('node_modules/typescript/bin/tsc');
export const vitest = tool('node_modules/vitest/vitest.mjs');
export const publint = tool('node_modules/publint/src/cli.js');
export const diffeo = tool('packages/cli/src/bin.ts');
