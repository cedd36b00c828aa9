import type { Target } from '../comparison/targets.ts';

const [one, two] = ['diffeo', 'diffeo, 2 workers'] as const;
/** On one thread; on the better number of threads, which sleep while they wait, as in `training`; with threads that turn instead. */
const [torch, sleeping, spinning] = [
  ['PyTorch'],
  ['PyTorch', 'PyTorch, 2 threads'],
  ['spinning PyTorch, 2 threads'],
] as const;

export const targets: readonly Target[] = [0, 1].flatMap((model): Target[] => [
  { model, mode: 'training', competitor: one, against: torch, least: 1 },
  { model, mode: 'training', competitor: two, against: sleeping, least: 1.5 },
  { model, mode: 'training', competitor: two, against: spinning, least: 1.5 },
  { model, mode: 'sample', competitor: one, against: torch, least: 1.5 },
]);
