import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { root } from './repository.ts';

/** What npm, pnpm and vitest tell the programs below them would change an install; how to reach a registry stays. */
const fromOurTools =
  /^(npm_(?!config_(registry|proxy|https?_proxy|noproxy|cafile|cache|userconfig)$)|pnpm_|vitest|init_cwd$|node_(env|options|path)$)/i;

function runnable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

const nodeIn = (folder: string): string => join(folder, 'node');
const isInside = (folder: string, path: string): boolean => !relative(folder, path).startsWith('..');
const folders = (process.env['PATH'] ?? '').split(delimiter).filter((each) => each !== '' && !isInside(root, each));

/** The Node of these tests, which is the pinned one. */
export const pinnedNode: string = realpathSync(process.execPath);

/** The machine's own Node: the first on the PATH that is not the pinned one, or the pinned one where there is no other. */
export const hostNode: string =
  folders.map(nodeIn).find((node) => ![undefined, pinnedNode].includes(runnable(node))) ?? pinnedNode;

/** The environment of somebody who has the machine's Node and npm and has never seen this repository. */
export const hostEnvironment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !fromOurTools.test(name))),
  PATH: [
    dirname(hostNode),
    ...folders.filter((each) => hostNode === pinnedNode || runnable(nodeIn(each)) !== pinnedNode),
  ].join(delimiter),
};
