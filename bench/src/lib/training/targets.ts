import type { Target } from '../comparison/targets.ts';

const [one, two] = ['diffeo', 'diffeo, 2 workers'] as const;
const torch = ['PyTorch', 'PyTorch, 2 threads'] as const;
const training = (model: number, competitor: string, against: readonly string[], least: number): Target => ({
  ...{ model, competitor, against, least },
  mode: 'training',
});

export const targets: readonly Target[] = [
  ...[15, 15, 15, 15].map((least, i) => training(i, one, ['stock tfjs'], least)),
  ...[2, 1.1, 1.1, 0.8].map((least, i) => training(i, one, ['PyTorch'], least)),
  ...[2, 1.8, 1.8, 1.4].map((least, i) => training(i, two, torch, least)),
  ...[1, 1, 1, 1].map((least, i) => training(i, one, ['jax-js'], least)),
  ...[2, 3].map((i) => training(i, two, [one], 1.8)),
  ...[8, 1.8, 1.1].map((least, i) => training(4 + i, one, ['PyTorch'], least)),
  ...[14, 2.3, 1.45].map((least, i) => training(4 + i, one, ['nflows'], least)),
  ...[1, 1].map((least, i) => training(7 + i, one, ['PyTorch'], least)),
  ...[5, 6].map((i) => training(i, two, [one], 1.8)),
  { model: 8, mode: 'sample', competitor: one, against: ['PyTorch'], least: 3 },
  { model: 0, mode: 'sample', competitor: one, against: ['PyTorch'], least: 3 },
];
