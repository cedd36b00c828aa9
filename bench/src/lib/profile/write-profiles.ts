import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entrant, startContestant } from '../contest/contestant.ts';
import { ours, peers } from '../training/entrants.ts';
import { writeExercise } from '../training/exercise.ts';
import { type ModelSize, modelSizes, nameOf } from '../training/model-size.ts';

/** Where a contestant's time went while it trained a model. */
export interface Profile {
  readonly model: string;
  readonly contestant: string;
  /** A `.cpuprofile`, which the developer tools of browsers open as a flame chart. */
  readonly file: string;
  readonly milliseconds: number;
  /** Milliseconds by what ran: the ten with the most. */
  readonly places: readonly { readonly name: string; readonly milliseconds: number }[];
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { functionName: string; url: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** tfjs's own module is the larger one, so its address in the profile differs from ours; both are wasm. */
const placeOf = ({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string =>
  url.startsWith('wasm:')
    ? `${functionName} (${url.slice(0, 16)}…)`
    : `${functionName || '(anonymous)'} ${url.split('/').at(-1)}`;

function summary({ nodes, samples, timeDeltas }: CpuProfile): Pick<Profile, 'milliseconds' | 'places'> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  let milliseconds = 0;
  for (const [i, sample] of samples.entries()) {
    const name = names.get(sample) as string;
    if (/^\((idle|program|root)\)/.test(name)) continue;
    const time = (timeDeltas[i] as number) / 1000;
    milliseconds += time;
    times.set(name, (times.get(name) ?? 0) + time);
  }
  const places = [...times].map(([name, spent]) => ({ name, milliseconds: spent }));
  return { milliseconds, places: places.sort((a, b) => b.milliseconds - a.milliseconds).slice(0, 10) };
}

async function profileOf(size: ModelSize, entrant: Entrant, steps: number, file: string): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-profile-'));
  try {
    const [program, ...rest] = entrant.command;
    const command = [program, '--cpu-prof', '--cpu-prof-dir', folder, ...rest] as const;
    const contestant = startContestant({ ...entrant, command }, writeExercise(size, folder));
    await contestant.measure('training', steps);
    await contestant.close();
    const written = readdirSync(folder).find((name) => name.endsWith('.cpuprofile')) as string;
    renameSync(join(folder, written), file);
    const found = summary(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile);
    return { model: nameOf(size), contestant: entrant.name, file, ...found };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Profiles our training and that of stock tfjs, which is what ours was before, on some of the models. */
export async function writeProfiles(
  folder: string,
  models: readonly number[],
  steps: number,
): Promise<readonly Profile[]> {
  mkdirSync(folder, { recursive: true });
  const profiles: Profile[] = [];
  for (const number of models) {
    const size = modelSizes[number - 1];
    if (!size) continue;
    for (const entrant of [peers[0] as Entrant, ours]) {
      const file = join(folder, `model-${number}-${entrant.name.replaceAll(' ', '-')}.cpuprofile`);
      profiles.push(await profileOf(size, entrant, steps, file));
    }
  }
  return profiles;
}
