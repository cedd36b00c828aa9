import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './child.mjs';
import { root } from './repository.mjs';

/**
 * The command that runs a development tool of the root package, without a shell and without a package manager between.
 *
 * @param {import('./toolchain.mjs').Toolchain} tools
 * @param {string} name the package that holds it
 * @param {string} [program] the name of the command in that package
 */
export function toolCommand({ node }, name, program = name) {
  const home = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return [node, join(home, typeof bin === 'string' ? bin : bin[program])];
}

/**
 * Runs such a tool in the root folder and keeps what it prints.
 *
 * @param {import('./toolchain.mjs').Toolchain} tools
 * @param {[name: string, program?: string]} tool
 * @param {string[]} args
 */
export async function useTool(tools, tool, args) {
  const { code, output } = await capture([...toolCommand(tools, ...tool), ...args], { cwd: root, env: tools.env });
  return { ok: code === 0, output };
}
