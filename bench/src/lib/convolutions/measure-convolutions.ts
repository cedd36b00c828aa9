import { registerGradients } from '@diffeo/core/gradients';
import { installKernels } from '@diffeo/kernels-wasm';
import { useWasm } from '@diffeo/trainer';
import { median } from '../averages.ts';
import { type Competitor, startCompetitor } from '../comparison/competitor.ts';
import { peakLoop } from '../comparison/peak.ts';
import { pyTorch } from '../comparison/py-torch.ts';
import { timed } from '../comparison/workload.ts';
import { type Machine, machine } from '../machine.ts';
import {
  type ConvolutionSize,
  convolutionSizes,
  nameOf,
  operationsOf,
  type Pass,
  passesOf,
  smokeSizes,
} from './convolution-size.ts';
import { convolutionWork } from './convolution-work.ts';

/** One pass by one competitor. */
interface ConvolutionRow {
  readonly size: string;
  readonly layers: number;
  readonly pass: Pass;
  readonly competitor: string;
  /** Medians over the rounds. `null` where the competitor cannot do it. */
  readonly milliseconds: number | null;
  /** Of the operations counted in full, done or skipped. */
  readonly gigaflops: number | null;
  /** As a part of what WASM SIMD reached in the same rounds, without loads and stores. */
  readonly shareOfPeak: number | null;
}

export interface ConvolutionsResult {
  readonly benchmark: 'convolutions';
  readonly machine: Machine;
  readonly peak: number;
  readonly rows: readonly ConvolutionRow[];
  readonly leftOut: readonly string[];
}

/** Someone who runs a pass so many times, and says the milliseconds of each; `null` where there is none. */
interface Runner {
  readonly name: string;
  run(pass: Pass, steps: number): Promise<readonly number[]> | null;
}

/** How long a turn is, milliseconds. */
const turn = 40;

const builds = ['relaxed-simd', 'simd'] as const;

async function buildsHere(): Promise<readonly (typeof builds)[number][]> {
  const found: (typeof builds)[number][] = [];
  for (const build of builds) {
    const { reason, uninstall } = await installKernels({ build });
    if (reason === null) found.push(build);
    uninstall();
  }
  return found;
}

function runnersOf(
  work: ReturnType<typeof convolutionWork>,
  ours: readonly (typeof builds)[number][],
  torch: Competitor | null,
): readonly Runner[] {
  const own = ours.map((build): Runner => {
    const inBuild = async (call: () => void, steps: number) => {
      const { uninstall } = await installKernels({ build });
      const times = await timed(steps, call);
      uninstall();
      return times;
    };
    return {
      name: `diffeo, ${build}`,
      run: (pass, steps) => {
        const call = work.ours(pass);
        return call && inBuild(call, steps);
      },
    };
  });
  const stock: Runner = {
    name: 'stock tfjs',
    run: (pass, steps) => {
      const call = work.stock(pass);
      return call && timed(steps, call);
    },
  };
  const peer = torch && { name: torch.name, run: (pass: Pass, steps: number) => torch.measure(pass, steps) };
  return [...own, stock, ...(peer ? [peer] : [])];
}

async function rowsOf(
  size: ConvolutionSize,
  pass: Pass,
  runners: readonly Runner[],
  loop: () => number,
  rounds: number,
): Promise<{ readonly rows: readonly ConvolutionRow[]; readonly peaks: readonly number[] }> {
  const steps: number[] = [];
  for (const { run } of runners) {
    const first = (await run(pass, 2))?.at(-1);
    steps.push(first === undefined ? 0 : Math.max(1, Math.ceil(turn / first)));
  }
  const operations = operationsOf(size, pass);
  const times = runners.map((): number[] => []);
  const shares = runners.map((): number[] => []);
  const peaks: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const peak = loop();
    peaks.push(peak);
    for (const [i, { run }] of runners.entries()) {
      const found = await run(pass, steps[i] as number);
      if (!found) continue;
      times[i]?.push(median(found));
      shares[i]?.push(operations / 1e6 / median(found) / peak);
    }
  }
  const rows = runners.map(({ name }, i): ConvolutionRow => {
    const found = times[i] as number[];
    const milliseconds = found.length > 0 ? median(found) : null;
    return {
      ...{ size: nameOf(size), layers: size.kernels.length, pass, competitor: name, milliseconds },
      gigaflops: milliseconds === null ? null : operations / 1e6 / milliseconds,
      shareOfPeak: milliseconds === null ? null : median(shares[i] as number[]),
    };
  });
  return { rows, peaks };
}

/**
 * Convolutions and stacks of them at Glow's sizes, by each build of the kernels, stock tfjs and PyTorch, in turns. With
 * `smoke`, small ones without PyTorch, which shows that everything runs.
 */
export async function measureConvolutions(rounds: number, smoke: boolean): Promise<ConvolutionsResult> {
  await useWasm({ kernels: false });
  registerGradients();
  const loop = await peakLoop();
  const before = machine();
  const [competitorSpec] = smoke ? [] : pyTorch('convolutions.py');
  const ours = await buildsHere();
  const rows: ConvolutionRow[] = [];
  const peaks: number[] = [];
  for (const size of smoke ? smokeSizes : convolutionSizes) {
    const torch = competitorSpec ? startCompetitor(competitorSpec, size) : null;
    const work = convolutionWork(size);
    const runners = runnersOf(work, ours, torch);
    for (const pass of passesOf(size)) {
      const found = await rowsOf(size, pass, runners, loop, rounds);
      rows.push(...found.rows);
      peaks.push(...found.peaks);
    }
    work.dispose();
    await torch?.close();
  }
  return {
    ...{ benchmark: 'convolutions', machine: before, peak: median(peaks), rows },
    leftOut: competitorSpec ? [] : ['PyTorch'],
  };
}
