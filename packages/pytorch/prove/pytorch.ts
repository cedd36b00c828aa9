import '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import { cases } from '../test/fixtures.ts';
import { importAndCompare } from '../test/parity.ts';

export const description =
  "Flows of nflows, normflows, zuko and FrEIA have PyTorch's log-densities and samples here: the differences of each, as in the README.";
export const takes = '10 seconds';
export const counts = { whole: cases.length, short: 2 };

/** Prints the table of the README; throws at the first model that is further off than it may be. */
export async function run({ count, print }: { count: number; seed: number; print(line: string): void }) {
  await setBackend('wasm');
  const number = (value: number): string => value.toExponential(1);
  for (const name of cases.slice(0, count)) {
    const { logProb, data } = await importAndCompare(name);
    const own = [number(logProb.greatest), `${logProb.beyond}`, number(data.greatest), `${data.beyond}`];
    print(`| ${[name, ...own].join(' | ')} |`);
    if (!(logProb.share < 1 && data.share < 1)) throw new Error(`${name} is further off than it may be`);
  }
  return `${Math.min(count, cases.length)} models`;
}
