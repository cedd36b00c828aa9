import type { ContestOptions, ContestResult } from '../contest/contest.ts';
import { holdContest } from '../contest/hold-contest.ts';
import { pyTorch } from '../contest/py-torch.ts';
import { ours, peers } from './entrants.ts';
import { writeExercise } from './exercise.ts';
import { modelSizes, nameOf } from './model-size.ts';
import { operationsOf } from './operations.ts';
import { targets } from './targets.ts';

/** Ours against stock tfjs, jax-js and, where it is installed, PyTorch: training, densities and samples of every size. */
export function measureTraining(options: ContestOptions): Promise<ContestResult> {
  const torch = pyTorch('realnvp.py');
  const models = modelSizes.map((size) => ({
    name: nameOf(size),
    rows: () => size.batch,
    operations: (mode: Parameters<typeof operationsOf>[1]) => operationsOf(size, mode),
    write: (folder: string) => writeExercise(size, folder),
  }));
  const contest = {
    benchmark: 'training',
    models,
    entrants: [...ours, ...peers, ...torch],
    leftOut: torch.length > 0 ? [] : ['PyTorch'],
    targets,
  };
  return holdContest(contest, options);
}
