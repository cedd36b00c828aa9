import { spawnSync } from 'node:child_process';
import { bombs } from './lib/bombs.ts';
import type { Explosion } from './lib/load-bomb.ts';

export const description =
  'A model file that asks for far more than it brings is refused or read in less than a second and 300 MB, or in a time and memory in proportion to its own size.';
export const takes = '1 minute';
export const counts = { whole: Object.keys(bombs).length, short: 2 };

/** What a file may cost in any case, and for each of its bytes: some of JSON's values take a hundred times what their text takes. */
const [seconds, bytes] = [1, 300e6];
const [secondsPerByte, bytesPerByte] = [1 / 2e6, 40];

function explode(name: string): Explosion {
  const file = new URL('./lib/load-bomb.ts', import.meta.url).pathname;
  const options = ['--expose-gc', '--max-old-space-size=4096', file, name];
  const { stdout, stderr, signal } = spawnSync(process.execPath, options, {
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 1e9,
  });
  const line = stdout.trim().split('\n').at(-1);
  if (!line) throw new Error(`${name}: ended by ${signal ?? 'an error'}: ${stderr.slice(-500)}`);
  return JSON.parse(line) as Explosion;
}

/** Throws at the first bomb that costs too much, or ends in another error than one of ours. */
export function run({ count, print }: { count: number; seed: number; print(line: string): void }): string {
  const names = Object.keys(bombs);
  for (let trial = 0; trial < count; trial++) {
    const name = names[trial % names.length] as string;
    const found = explode(name);
    const cost = `${(1e3 * found.seconds).toFixed(0)} ms, ${(found.bytes / 1e6).toFixed(0)} MB`;
    print(`${name}: ${(found.fileBytes / 1e3).toFixed(1)} kB, ${found.outcome}, ${cost}`);
    if (/Error$/.test(found.outcome)) throw new Error(`${name}: ${found.outcome}: ${found.message.slice(0, 200)}`);
    if (found.message.length > 1500) throw new Error(`${name}: a message of ${found.message.length} characters`);
    if (found.seconds > Math.max(seconds, secondsPerByte * found.fileBytes)) throw new Error(`${name}: ${cost}`);
    if (found.bytes > Math.max(bytes, bytesPerByte * found.fileBytes)) throw new Error(`${name}: ${cost}`);
  }
  return `${count} files`;
}
