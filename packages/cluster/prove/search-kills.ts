import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fold, randomSource } from '@diffeo/core';
import { startProgram } from './lib/processes.ts';

export const description =
  'A search of 64 trials in three rounds that is killed again and again, and begun again each time, ends with the table of trials and the best model of one that was not, to the bit, and leaves nothing else.';
export const takes = '2 minutes';
/** Kills. There are about three trials for each. */
export const counts = { whole: 20, short: 1 };

/** How many trials: 64 for 20 kills. */
const trialsFor = (kills: number): number => Math.round(3.2 * kills);

export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const root = mkdtempSync(join(tmpdir(), 'diffeo-search-kills-'));
  const trials = trialsFor(count);
  const start = (folder: string) => startProgram('search-process.ts', [root, folder, String(trials)]);
  try {
    const began = performance.now();
    const whole = await start('whole').ended;
    if (whole.code !== 0) throw new Error(`the undisturbed search ended with ${whole.code}: ${whole.errors}`);
    const milliseconds = performance.now() - began;
    let ended = false;
    for (let kill = 0; kill < count && !ended; kill++) {
      const random = randomSource(fold(seed, kill));
      const search = start('killed');
      // Long enough that each gets on, most of the time.
      const patience = sleep(300 + random.uniform() * Math.max(600, (2 * milliseconds) / count));
      const first = await Promise.race([patience, search.ended]);
      if (first && first.code !== 0) throw new Error(`a search ended with ${first.code}: ${first.errors}`);
      search.kill();
      await search.ended;
      ended = first !== undefined;
      if (ended) print(`it had ended before kill ${kill + 1}`);
    }
    const last = await start('killed').ended;
    if (last.code !== 0) throw new Error(`the last search ended with ${last.code}: ${last.errors}`);
    for (const name of ['trials.csv', 'best.safetensors']) {
      const [expected, found] = ['whole', 'killed'].map((folder) => readFileSync(join(root, folder, name)));
      if (!found?.equals(expected as Buffer)) throw new Error(`${name} is another`);
    }
    const [expected, found] = ['whole', 'killed'].map((folder) => readdirSync(join(root, folder)).sort().join());
    if (found !== expected) throw new Error(`left behind: ${found}; there should be ${expected}`);
    return `${trials} trials, ${count} kills: the same table and the same model`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
