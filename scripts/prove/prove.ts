import { inspect, parseArgs } from 'node:util';
import { Problem } from '../lib/problem.mjs';
import { findProofs, loadProof } from './proof.ts';

/**
 * Lists the proofs, or runs the one that is named. The last line printed says whether it held.
 *
 * @param args `[NAME] [--count N | --short] [--seed S]`
 * @param proofs the file of each by name
 * @returns whether what was asked for held
 */
export async function prove(
  args: readonly string[],
  print: (line: string) => void,
  proofs: ReadonlyMap<string, string> = findProofs(),
): Promise<boolean> {
  const { name, count, seed, short } = read(args);
  if (name === undefined) {
    for (const [each, path] of proofs) {
      const { description, takes, counts } = await loadProof(path);
      print(`${each} (--count ${counts.whole}, about ${takes})\n    ${description}`);
    }
    return true;
  }
  const path = proofs.get(name);
  if (path === undefined) throw new Problem(`no proof '${name}': say one of ${[...proofs.keys()].join(', ')}`);
  const proof = await loadProof(path);
  const trials = count ?? (short ? proof.counts.short : proof.counts.whole);
  const again = `--count ${trials} --seed ${seed}`;
  const started = performance.now();
  try {
    const measured = await proof.run({ count: trials, seed, print });
    if (measured) print(measured);
  } catch (error) {
    print(inspect(error));
    print(`${name} did not hold: npm run prove -- ${name} ${again}`);
    return false;
  }
  print(`${name} held (${again}, ${((performance.now() - started) / 1000).toFixed(0)} s)`);
  return true;
}

function read(args: readonly string[]) {
  const options = { count: { type: 'string' }, seed: { type: 'string' }, short: { type: 'boolean' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 1) throw new Problem(`one proof at a time, but got: ${positionals.join(' ')}`);
    return {
      name: positionals[0],
      count: wholeNumber('--count', values.count, 1),
      seed: wholeNumber('--seed', values.seed, 0) ?? 1,
      short: values.short === true,
    };
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(String((error as Error).message));
  }
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new Problem(`${option} must be a whole number of at least ${least}, but got '${text}'`);
}
