/** Loads the bomb of the name that it is given, in a process of its own, and prints what that cost. */
import '@tensorflow/tfjs-backend-cpu';
import { flow, isDiffeoError, load, save } from '@diffeo/core';
import { setBackend } from '@tensorflow/tfjs-core';
import { definitions } from '../../src/lib/model/definitions.ts';
import { bombs } from './bombs.ts';

/** What a bomb did. */
export interface Explosion {
  readonly outcome: string;
  readonly message: string;
  readonly fileBytes: number;
  readonly seconds: number;
  /** By how much the process grew at the most. */
  readonly bytes: number;
}

const peak = (): number => process.resourceUsage().maxRSS * 1024;

await setBackend('cpu');
const small = flow({ eventShape: [2], layers: [] });
load(await save(small, small.init(1)), { definitions });
const bytes = (bombs[process.argv[2] as string] as () => Uint8Array)();
// What making the file took is not what loading it takes.
globalThis.gc?.();
const before = Math.max(peak(), process.memoryUsage().rss);
const began = performance.now();
let [outcome, message] = ['loaded', ''];
try {
  load(bytes, { definitions });
} catch (error) {
  const said = error as Error;
  [outcome, message] = [isDiffeoError(error) ? error.code : said.name, said.message];
}
const seconds = (performance.now() - began) / 1e3;
const explosion: Explosion = {
  outcome,
  message,
  fileBytes: bytes.length,
  seconds,
  bytes: Math.max(0, peak() - before),
};
console.log(JSON.stringify(explosion));
