import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fold, randomSource } from '@diffeo/core';
import { type Running, startDiffeo } from '../test/run-diffeo.ts';

export const description =
  'A run that is killed or interrupted at any instant, again and again, ends with --resume in the model, the curve and the report of one that was not, and leaves nothing beside them.';
export const takes = '20 minutes';
export const counts = { whole: 200, short: 1 };

const rowsFile = 'rows.csv';

/** What is trained, the shortest first: points, on workers too, a flow of a table, and the density that is found for one. Scoring takes about as long as training, so that kills fall into both. */
const runs = [
  'two-moons --steps 60 --layers 2 --hidden 4 --limit 500 --held-out 20000 --seed 2',
  'two-moons --steps 500 --layers 2 --hidden 8 --limit 2000 --held-out 200000 --seed 3',
  'two-moons --steps 200 --layers 2 --hidden 8 --limit 2000 --held-out 100000 --seed 4 --workers 2',
  `${rowsFile} --steps 200 --layers 2 --hidden 8 --held-out 20000 --seed 5`,
  `${rowsFile} --effort fast --limit 600 --seed 6`,
].map((options) => ['train', '--json', ...options.split(' ')]);

/** Parts of a run, of which each has its share of the kills. */
const phases = ['reading', 'training', 'validating', 'writing', 'reporting'] as const;
type Phase = (typeof phases)[number];

/** A table that takes a while to be read. */
function rowsCsv(): string {
  const source = randomSource(1);
  const lines = Array.from({ length: 60_000 }, () => {
    const x = source.normal();
    return [x, x * x + source.normal(), source.uniform()].map((value) => value.toFixed(6)).join(',');
  });
  return ['a,b,c', ...lines, ''].join('\n');
}

const results = ['history.csv', 'model.safetensors', 'report.json'];
const signals = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What must be equal, to the bit; times and places are not. */
function outcome(folder: string): string {
  const [history, model] = results.slice(0, 2).map((name) => readFileSync(join(folder, name), 'base64'));
  const {
    seconds: _,
    samplesPerSecond: __,
    peakBytes: ___,
    model: ____,
    ...report
  } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  return JSON.stringify({ history, model, report });
}

/** What must hold of a folder at every instant. */
function requireSound(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  if (!names.includes('report.json')) return;
  const { modelSha256 } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  const found = createHash('sha256')
    .update(readFileSync(join(folder, 'model.safetensors')))
    .digest('hex');
  if (found === modelSha256 || names.includes('checkpoint.bin')) return;
  throw new Error(`the report is of another model, and there is no checkpoint: ${names.join(', ')}`);
}

/** Resolves when one of these files is there that was not, or was another, or the time is over. */
async function appears(folder: string, endings: readonly string[], milliseconds: number): Promise<void> {
  const found = (): string => {
    if (!existsSync(folder)) return '';
    const names = readdirSync(folder).filter((name) => endings.some((ending) => name.endsWith(ending)));
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
const readingOver = /^(training|fitting) /m;

/** Resolves at an instant of a phase of a run. Nobody waits for longer than the run goes on. */
async function instantOf(
  phase: Phase,
  running: Running,
  folder: string,
  { milliseconds, reading }: Undisturbed,
  share: number,
) {
  if (phase === 'reading') return await setTimeout(share * reading);
  if (phase === 'training') {
    await running.said(readingOver);
    return await setTimeout(share * (milliseconds - reading));
  }
  if (phase === 'validating') return await appears(folder, ['checkpoint.bin'], 2 * milliseconds);
  if (phase === 'writing') return await appears(folder, ['.tmp'], 2 * milliseconds);
  await appears(folder, ['model.safetensors', 'report.json'], 2 * milliseconds);
  return await setTimeout(share * 0.04 * milliseconds);
}

/** What a run comes to undisturbed, how long it takes, and how long until it has read its data. */
interface Undisturbed {
  readonly outcome: string;
  readonly milliseconds: number;
  readonly reading: number;
}

/** Throws when a run ends otherwise than it would have ended undisturbed. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const scratch = mkdtempSync(join(tmpdir(), 'diffeo-kills-'));
  writeFileSync(join(scratch, rowsFile), rowsCsv());
  /** Each run undisturbed, once it is asked for. */
  const whole: Undisturbed[] = [];
  async function undisturbed(which: number): Promise<Undisturbed> {
    const known = whole[which];
    if (known) return known;
    const started = performance.now();
    const running = startDiffeo([...(runs[which] as string[]), '--out', `whole-${which}`], scratch);
    await running.said(readingOver);
    const reading = performance.now() - started;
    const { code, stderr } = await running.ended;
    if (code !== 0) throw new Error(`an undisturbed run ended with ${code}: ${stderr}`);
    const milliseconds = performance.now() - started;
    const found = { outcome: outcome(join(scratch, `whole-${which}`)), milliseconds, reading };
    whole[which] = found;
    return found;
  }

  let kills = 0;
  let slowest = 0;
  const shares = new Map<Phase, number>();
  for (let trial = 0; kills < count; trial++) {
    const random = randomSource(fold(seed, trial));
    const which = trial % runs.length;
    const alone = await undisturbed(which);
    const out = `killed-${trial}`;
    const folder = join(scratch, out);
    const what = `trial ${trial} (${runs[which]?.join(' ')})`;
    for (let ended = false; !ended; ) {
      const running = startDiffeo([...(runs[which] as string[]), '--out', out, '--resume'], scratch);
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
        requireSound(folder);
        ended = code === 0;
        if (code === 2) throw new Error(`${what} was refused after ${kills} kills: ${(await running.ended).stderr}`);
        if (!ended) {
          kills++;
          shares.set(phase, (shares.get(phase) ?? 0) + 1);
        }
      } else {
        const { code, stderr } = await running.ended;
        if (code !== 0) throw new Error(`${what} ended with ${code} after ${kills} kills: ${stderr}`);
        ended = true;
      }
    }
    const left = readdirSync(folder).sort();
    if (left.join() !== results.join()) throw new Error(`${what} left ${left.join(', ')}`);
    if (outcome(folder) !== alone.outcome) throw new Error(`${what} ended otherwise than undisturbed: see ${folder}`);
    rmSync(folder, { recursive: true });
    print(`trial ${trial}: ${kills} kills until now`);
  }
  rmSync(scratch, { recursive: true });
  const each = phases.map((phase) => `${shares.get(phase) ?? 0} in ${phase}`).join(', ');
  return `${kills} kills, ${each}; a signal that is not SIGKILL ended the process within ${slowest.toFixed(0)} ms`;
}
