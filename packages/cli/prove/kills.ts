import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fold, randomSource } from '@diffeo/core';
import { type Running, startDiffeo } from '../test/run-diffeo.ts';
import { filesIn, type KilledRun, killedRuns, rowsCsv, rowsFile } from './lib/killed-runs.ts';

export const description =
  'A run of train or search that is killed or interrupted at any instant, again and again, ends, begun again, in the model, the curve or the table, and the report of one that was not, and leaves nothing beside them.';
export const takes = '20 minutes';
export const counts = { whole: 200, short: 1 };

/** Parts of a run, of which each has its share of the kills. */
const phases = ['reading', 'training', 'validating', 'writing', 'reporting'] as const;
type Phase = (typeof phases)[number];

const signals = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves when one of these files is there that was not, or was another, or the time is over. */
async function appears(folder: string, endings: readonly string[], milliseconds: number): Promise<void> {
  const found = (): string => {
    if (!existsSync(folder)) return '';
    const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const names = all.filter((name) => endings.some((ending) => name.endsWith(ending)));
    return names.map((name) => `${name} ${statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs}`).join();
  };
  const before = found();
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    if (found() !== before) return;
    await setTimeout(1);
  }
}

/** What tells that reading is over. */
const readingOver = /^(training|fitting|searching:) /m;

/** Resolves at an instant of a phase of a run. Nobody waits for longer than the run goes on. */
async function instantOf(
  phase: Phase,
  running: Running,
  folder: string,
  { which: { appearing }, milliseconds, reading }: Undisturbed,
  share: number,
) {
  if (phase === 'reading') return await setTimeout(share * reading);
  if (phase === 'training') {
    await running.said(readingOver);
    return await setTimeout(share * (milliseconds - reading));
  }
  if (phase === 'validating') return await appears(folder, appearing.validating, 2 * milliseconds);
  if (phase === 'writing') return await appears(folder, ['.tmp'], 2 * milliseconds);
  await appears(folder, appearing.reporting, 2 * milliseconds);
  return await setTimeout(share * 0.04 * milliseconds);
}

/** What a run comes to undisturbed, how long it takes, and how long until it has read its data. */
interface Undisturbed {
  readonly which: KilledRun;
  readonly outcome: string;
  readonly files: readonly string[];
  readonly milliseconds: number;
  readonly reading: number;
}

/** Throws when a run ends otherwise than it would have ended undisturbed. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const scratch = mkdtempSync(join(tmpdir(), 'diffeo-kills-'));
  writeFileSync(join(scratch, rowsFile), rowsCsv());
  /** Each run undisturbed, once it is asked for. */
  const whole: Undisturbed[] = [];
  async function undisturbed(place: number): Promise<Undisturbed> {
    const known = whole[place];
    if (known) return known;
    const which = killedRuns[place] as KilledRun;
    const started = performance.now();
    const running = startDiffeo([...which.args, '--out', `whole-${place}`], scratch);
    await running.said(readingOver);
    const reading = performance.now() - started;
    const { code, stderr } = await running.ended;
    if (code !== 0) throw new Error(`an undisturbed run ended with ${code}: ${stderr}`);
    const milliseconds = performance.now() - started;
    const folder = join(scratch, `whole-${place}`);
    const found = { which, outcome: which.outcome(folder), files: filesIn(folder), milliseconds, reading };
    whole[place] = found;
    return found;
  }

  let kills = 0;
  let slowest = 0;
  const shares = new Map<string, number>();
  for (let trial = 0; kills < count; trial++) {
    const random = randomSource(fold(seed, trial));
    const alone = await undisturbed(trial % killedRuns.length);
    const { which } = alone;
    const out = `killed-${trial}`;
    const folder = join(scratch, out);
    const what = `trial ${trial} (${which.args.join(' ')})`;
    for (let ended = false; !ended; ) {
      const running = startDiffeo([...which.args, '--out', out, ...which.resume], scratch);
      if (kills < count) {
        const phase = phases[(kills + trial) % phases.length] as Phase;
        const instant = instantOf(phase, running, folder, alone, random.uniform());
        // A run that ends before is not killed.
        await Promise.race([instant.catch(() => undefined), running.ended]);
        const signal = signals[Math.floor(random.uniform() * signals.length)] as (typeof signals)[number];
        const at = performance.now();
        running.kill(signal);
        const { code } = await running.ended;
        if (signal !== 'SIGKILL' && code !== 0) slowest = Math.max(slowest, performance.now() - at);
        which.requireSound(folder, alone.outcome);
        ended = code === 0;
        if (code === 2) throw new Error(`${what} was refused after ${kills} kills: ${(await running.ended).stderr}`);
        if (!ended) {
          kills++;
          const share = `${which.args[0]} ${phase}`;
          shares.set(share, (shares.get(share) ?? 0) + 1);
        }
      } else {
        const { code, stderr } = await running.ended;
        if (code !== 0) throw new Error(`${what} ended with ${code} after ${kills} kills: ${stderr}`);
        ended = true;
      }
    }
    const left = filesIn(folder);
    if (left.join() !== alone.files.join()) throw new Error(`${what} left ${left.join(', ')}`);
    if (which.outcome(folder) !== alone.outcome)
      throw new Error(`${what} ended otherwise than undisturbed: see ${folder}`);
    rmSync(folder, { recursive: true });
    print(`trial ${trial}: ${kills} kills until now`);
  }
  rmSync(scratch, { recursive: true });
  const each = ['train', 'search'].map((command) => {
    const told = phases.map((phase) => `${shares.get(`${command} ${phase}`) ?? 0} in ${phase}`);
    return `of ${command} ${told.join(', ')}`;
  });
  return `${kills} kills, ${each.join('; ')}; a signal that is not SIGKILL ended the process within ${slowest.toFixed(0)} ms`;
}
