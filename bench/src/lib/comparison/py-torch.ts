import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pythons } from '../python.ts';
import type { CompetitorSpec } from './competitor.ts';

/** A script of `peers/` in PyTorch under a name, on one thread and on two; nobody where this machine has no PyTorch. */
export function pyTorch(script: string, name = 'PyTorch'): readonly CompetitorSpec[] {
  const python = pythons.find((program) => spawnSync(program, ['-c', 'import torch, numpy']).status === 0);
  if (python === undefined) return [];
  const command = [python, fileURLToPath(new URL(`../../../peers/${script}`, import.meta.url))] as const;
  return [
    { name, command },
    { name: `${name}, 2 threads`, command, threads: 2 },
  ];
}
