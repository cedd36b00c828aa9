import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../test/run-diffeo.ts';

export const description =
  'A neural spline flow is as near to six toy densities as diffeo train NAME --flow neural-spline is said to bring it, after 2,500 steps and after those that it takes by default.';
export const takes = '20 minutes';
/** Runs: one that is short, then all toys with three seeds after 2,500 steps, then all of them by default. */
export const counts = { whole: 37, short: 1 };

/** The most that the divergence from the truth may be, in nats, on points that training never saw. */
const bounds = {
  'two-moons': { after2500: 0.008, byDefault: 0.004 },
  'eight-gaussians': { after2500: 0.01, byDefault: 0.005 },
  checkerboard: { after2500: 0.1, byDefault: 0.035 },
  rings: { after2500: 0.018, byDefault: 0.008 },
  'two-spirals': { after2500: 0.035, byDefault: 0.008 },
  pinwheel: { after2500: 0.015, byDefault: 0.008 },
} as const;
type Toy = keyof typeof bounds;
type Length = keyof (typeof bounds)[Toy];
const toys = Object.keys(bounds) as Toy[];
const optionsOf: Readonly<Record<Length, readonly string[]>> = { after2500: ['--steps', '2500'], byDefault: [] };
const titles: Readonly<Record<Length, string>> = { after2500: '2,500 steps', byDefault: 'the default' };
const seeds = 3;

interface Case {
  readonly toy: Toy;
  readonly seed: number;
  readonly options: readonly string[];
  readonly bound: number;
  /** The row of the table that it is for. */
  readonly length: Length | null;
}

function* cases(first: number): Generator<Case> {
  const quick = ['--steps', '300', '--limit', '20000', '--held-out', '5000'];
  yield { toy: 'two-moons', seed: first, options: quick, bound: 0.1, length: null };
  for (const length of ['after2500', 'byDefault'] as const) {
    for (let i = 0; i < seeds; i++) {
      for (const toy of toys)
        yield { toy, seed: first + i, options: optionsOf[length], bound: bounds[toy][length], length };
    }
  }
}

async function divergence({ toy, seed, options }: Case, folder: string) {
  const args = ['train', toy, '--flow', 'neural-spline', '--seed', `${seed}`, '--json', '--out', folder, '--anew'];
  const { code, stdout, stderr } = await runProcess([...args, ...options], folder);
  if (code !== 0) throw new Error(`diffeo ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as { readonly kl: number; readonly steps: number; readonly seconds: number };
}

/** The worst of all seeds, and what is wanted. */
function tableOf(found: ReadonlyMap<Length, ReadonlyMap<Toy, number>>): string[] {
  const cells = [...found].map(([length, worst]) => [
    titles[length],
    ...toys.map((toy) => `${worst.get(toy)?.toFixed(4) ?? '–'} (≤ ${bounds[toy][length]})`),
  ]);
  return [['', ...toys], ...cells].map((row) =>
    row
      .map((cell) => cell.padEnd(17))
      .join(' ')
      .trimEnd(),
  );
}

export async function run({
  count,
  seed,
  print,
}: {
  readonly count: number;
  readonly seed: number;
  readonly print: (line: string) => void;
}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-toys-'));
  const missed: string[] = [];
  const worst = new Map<Length, Map<Toy, number>>();
  try {
    let done = 0;
    for (const one of cases(seed)) {
      if (done++ === count) break;
      const { kl, steps, seconds } = await divergence(one, folder);
      const line = `${one.toy}, seed ${one.seed}, ${steps} steps: ${kl.toFixed(4)} nats, wanted at most ${one.bound}`;
      print(`${line}, ${seconds.toFixed(0)} s`);
      if (!(kl <= one.bound)) missed.push(line);
      if (one.length === null) continue;
      const row = worst.get(one.length) ?? new Map<Toy, number>();
      worst.set(one.length, row.set(one.toy, Math.max(kl, row.get(one.toy) ?? kl)));
    }
    for (const line of worst.size > 0 ? tableOf(worst) : []) print(line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (missed.length > 0) throw new Error(`farther from the truth than is said: ${missed.join('; ')}`);
  return `${count} runs`;
}
