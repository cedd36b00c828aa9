import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Entrant } from './contestant.ts';

const pathOf = (url: URL): string => fileURLToPath(url);

/** Everything else is compared with it. */
export const ours: Entrant = {
  name: 'diffeo',
  command: [process.execPath, pathOf(new URL('./ours.ts', import.meta.url))],
};

/** The same on two threads. */
export const oursOnTwo: Entrant = { ...ours, name: 'diffeo, 2 workers', command: [...ours.command, '--workers'] };

const stock: Entrant = {
  name: 'stock tfjs',
  command: [process.execPath, pathOf(new URL('./stock.ts', import.meta.url))],
};
const stockOnCpu: Entrant = { ...stock, name: 'tfjs on cpu', command: [...stock.command, '--cpu'] };
const jax: Entrant = {
  name: 'jax-js',
  command: [process.execPath, pathOf(new URL('./jax.ts', import.meta.url))],
};

/** What any machine with the dependencies has. */
export const peers: readonly Entrant[] = [stock, stockOnCpu, jax];

/** Where Python may be: a system's packages belong to its own one, which need not be the first on the path. */
const pythons = ['/usr/bin/python3', 'python3'];

/** PyTorch on one thread and on two, where this machine has it. */
export function pyTorch(): readonly Entrant[] {
  const python = pythons.find((program) => spawnSync(program, ['-c', 'import torch, numpy']).status === 0);
  const script = pathOf(new URL('../../../peers/realnvp.py', import.meta.url));
  if (python === undefined) return [];
  const command = [python, script] as const;
  return [
    { name: 'PyTorch', command },
    { name: 'PyTorch, 2 threads', command, threads: 2 },
  ];
}
