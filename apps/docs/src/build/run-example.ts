import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Output } from '../live/output.ts';

const capture = new URL('./capture-output.ts', import.meta.url).href;

/** Two at a time: each has a process of its own. */
const places = [Promise.resolve(), Promise.resolve()];
let next = 0;

/** Runs an example in Node, as it is, and gives what it prints. Throws with its last words where it fails. */
export function runExample(path: string): Promise<readonly Output[]> {
  const place = next++ % places.length;
  const run = (places[place] as Promise<void>).then(() => printedBy(path));
  places[place] = run.then(
    () => undefined,
    () => undefined,
  );
  return run;
}

async function printedBy(path: string): Promise<readonly Output[]> {
  const options = { cwd: fileURLToPath(new URL('../..', import.meta.url)), maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', capture, path], options);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Output);
}
