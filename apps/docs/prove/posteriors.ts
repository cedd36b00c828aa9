import { useWasm } from '@diffeo/trainer';
import { gaussianLinear } from './lib/gaussian-linear.ts';
import { moonPosterior } from './lib/moon-posterior.ts';

export const description =
  'Posteriors learned from a simulator are those that are known: of Gaussian linear models of two and of ten parameters, and of the two moons of sbibm.';
export const takes = '2 minutes';
export const counts = { whole: 3, short: 1 };

const problems: readonly ((seed: number) => Promise<string>)[] = [
  (seed) => gaussianLinear({ dimensions: 2, simulations: 200_000, steps: 3000, seed }),
  (seed) => moonPosterior({ simulations: 100_000, steps: 4000, seed }),
  (seed) => gaussianLinear({ dimensions: 10, simulations: 400_000, steps: 4000, seed }),
];

/** Trials go through the problems in turn, each turn with another seed. Throws at the first that is off. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  await useWasm();
  const found: string[] = [];
  for (let trial = 0; trial < count; trial++) {
    const solve = problems[trial % problems.length] as (typeof problems)[number];
    found.push(await solve(seed + Math.floor(trial / problems.length)));
    print(found.at(-1) as string);
  }
  return found.at(-1);
}
