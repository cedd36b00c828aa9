import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Entrant } from './contestant.ts';

const pathOf = (url: URL): string => fileURLToPath(url);

/** Everything else is compared with it. */
export const ours: Entrant = {
  name: 'diffeo',
  command: [process.execPath, pathOf(new URL('./ours.ts', import.meta.url))],
};

export const stock: Entrant = {
  name: 'stock tfjs',
  command: [process.execPath, pathOf(new URL('./stock.ts', import.meta.url))],
};

/** Where Python may be: a system's packages belong to its own one, which need not be the first on the path. */
const pythons = ['/usr/bin/python3', 'python3'];

/** PyTorch, where this machine has it. */
export function pyTorch(): Entrant | null {
  const python = pythons.find((program) => spawnSync(program, ['-c', 'import torch, numpy']).status === 0);
  const script = pathOf(new URL('../../../peers/realnvp.py', import.meta.url));
  return python === undefined ? null : { name: 'PyTorch', command: [python, script] };
}
