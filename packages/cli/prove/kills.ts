import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fold, randomSource } from '@diffeo/core';
import { runProcess, startDiffeo } from '../test/run-diffeo.ts';

export const description =
  'A run that is killed or interrupted at any instant, again and again, ends with --resume in the model, the curve and the report of one that was not, and leaves nothing beside them.';
export const takes = '4 minutes';
export const counts = { whole: 40, short: 1 };

/** What is trained, the shortest first. Scoring takes about as long as training, so that kills fall into both. */
const runs = [
  '--steps 60 --layers 2 --hidden 4 --limit 500 --held-out 20000 --seed 2',
  '--steps 500 --layers 2 --hidden 8 --limit 2000 --held-out 200000 --seed 3',
  '--steps 200 --layers 2 --hidden 8 --limit 2000 --held-out 100000 --seed 4 --workers 2',
].map((options) => ['train', 'two-moons', '--json', ...options.split(' ')]);

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

/** Resolves when a file whose name ends so is there, or the time is over. */
async function appears(folder: string, ending: string, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    if (existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(ending))) return;
    await setTimeout(1);
  }
}

/** Throws when a run ends otherwise than it would have ended undisturbed. */
export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const scratch = mkdtempSync(join(tmpdir(), 'diffeo-kills-'));
  /** What each run comes to undisturbed, once it is asked for. */
  const whole: { readonly outcome: string; readonly milliseconds: number }[] = [];
  async function undisturbed(which: number): Promise<(typeof whole)[number]> {
    const known = whole[which];
    if (known) return known;
    const started = performance.now();
    const { code, stderr } = await runProcess([...(runs[which] as string[]), '--out', `whole-${which}`], scratch);
    if (code !== 0) throw new Error(`an undisturbed run ended with ${code}: ${stderr}`);
    const milliseconds = performance.now() - started;
    whole[which] = { outcome: outcome(join(scratch, `whole-${which}`)), milliseconds };
    return whole[which];
  }

  let kills = 0;
  let slowest = 0;
  for (let trial = 0; kills < count; trial++) {
    const random = randomSource(fold(seed, trial));
    const which = trial % runs.length;
    const { milliseconds, outcome: expected } = await undisturbed(which);
    const out = `killed-${trial}`;
    const folder = join(scratch, out);
    const what = `trial ${trial} (${runs[which]?.join(' ')})`;
    for (let ended = false; !ended; ) {
      const running = startDiffeo([...(runs[which] as string[]), '--out', out, '--resume'], scratch);
      if (kills < count) {
        // Half of the kills at a time, half when a file appears.
        const ending = ['', '.tmp', 'checkpoint.bin', results[1] as string, results[2] as string];
        const wanted = ending[random.uniform() < 0.5 ? 0 : 1 + Math.floor(random.uniform() * 4)] as string;
        if (wanted === '') await Promise.race([setTimeout(random.uniform() * 1.2 * milliseconds), running.ended]);
        else await Promise.race([appears(folder, wanted, 2 * milliseconds), running.ended]);
        const signal = signals[Math.floor(random.uniform() * signals.length)] as (typeof signals)[number];
        const at = performance.now();
        running.kill(signal);
        const { code } = await running.ended;
        if (signal !== 'SIGKILL' && code !== 0) slowest = Math.max(slowest, performance.now() - at);
        requireSound(folder);
        ended = code === 0;
        if (code === 2) throw new Error(`${what} was refused after ${kills} kills: ${(await running.ended).stderr}`);
        if (!ended) kills++;
      } else {
        const { code, stderr } = await running.ended;
        if (code !== 0) throw new Error(`${what} ended with ${code} after ${kills} kills: ${stderr}`);
        ended = true;
      }
    }
    const left = readdirSync(folder).sort();
    if (left.join() !== results.join()) throw new Error(`${what} left ${left.join(', ')}`);
    if (outcome(folder) !== expected) throw new Error(`${what} ended otherwise than undisturbed: see ${folder}`);
    rmSync(folder, { recursive: true });
    print(`trial ${trial}: ${kills} kills until now`);
  }
  rmSync(scratch, { recursive: true });
  return `${kills} kills; a signal that is not SIGKILL ended the process within ${slowest.toFixed(0)} ms`;
}
