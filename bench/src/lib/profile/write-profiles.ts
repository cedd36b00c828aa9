import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompetitorSpec, startCompetitor } from '../comparison/competitor.ts';
import type { ProfileSubject } from './profile-subjects.ts';

/** Where a competitor's time went while it trained a model. */
export interface Profile {
  readonly model: string;
  readonly competitor: string;
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

async function profileOf(
  { model, write }: ProfileSubject,
  competitorSpec: CompetitorSpec,
  steps: number,
  file: string,
): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-profile-'));
  try {
    const [program, ...rest] = competitorSpec.command;
    const command = [program, '--cpu-prof', '--cpu-prof-dir', folder, ...rest] as const;
    const competitor = startCompetitor({ ...competitorSpec, command }, await write(folder));
    await competitor.measure('training', steps);
    await competitor.close();
    const written = readdirSync(folder).find((name) => name.endsWith('.cpuprofile')) as string;
    renameSync(join(folder, written), file);
    const found = summary(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile);
    return { model, competitor: competitorSpec.name, file, ...found };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Profiles the training of some models, by everyone who is to train them. */
export async function writeProfiles(
  folder: string,
  subjects: readonly ProfileSubject[],
  steps: number,
): Promise<readonly Profile[]> {
  mkdirSync(folder, { recursive: true });
  const profiles: Profile[] = [];
  for (const subject of subjects) {
    for (const competitorSpec of subject.competitorSpecs) {
      const file = join(folder, `${subject.file}-${competitorSpec.name.replaceAll(' ', '-')}.cpuprofile`);
      profiles.push(await profileOf(subject, competitorSpec, steps, file));
    }
  }
  return profiles;
}
