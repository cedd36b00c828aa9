import { useWasm } from '@diffeo/trainer';
import { type OnnxRuntime, webRuntime } from '../test/lib/onnx-runtime.ts';
import { partTrials } from '../test/lib/part-trials.ts';
import { presetTrials } from '../test/lib/preset-trials.ts';
import { isRefusal } from '../test/lib/refusal.ts';
import { nodeRuntime } from './lib/node-runtime.ts';

export const description =
  'Every layer, transform, base, dequantizer and preset that exports agrees with the library in ONNX Runtime for Node, as it does in that for browsers. Fetches onnxruntime-node, 114 MB.';
export const takes = '1 minute';

const trials = [...partTrials, ...presetTrials];
export const counts = { whole: 2 * trials.length, short: 2 };

const runtimes = [
  ['onnxruntime-web', () => webRuntime],
  ['onnxruntime-node', nodeRuntime],
] as const;

/** All parts in one runtime, then in the other: the short version fetches nothing. Prints a line of JSON for each. */
export async function run({ count, print }: { count: number; seed: number; print(line: string): void }) {
  await useWasm();
  const known = new Map<string, OnnxRuntime>();
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const [name, open] = runtimes[Math.floor(i / trials.length) % runtimes.length] as (typeof runtimes)[number];
    const runtime = known.get(name) ?? (await open());
    known.set(name, runtime);
    const trial = trials[i % trials.length] as (typeof trials)[number];
    const { kind, name: part, detail, allowed } = trial;
    const off = await trial.error(runtime).catch((error: unknown) => {
      if (isRefusal(error, part)) return null;
      throw new Error(`${part} ${detail} in ${name}`, { cause: error });
    });
    print(JSON.stringify({ kind, part, detail, runtime: name, off, allowed }));
    if (off !== null && !(off < allowed)) throw new Error(`${part} ${detail} is off by ${off} in ${name}`);
    worst = Math.max(worst, (off ?? 0) / allowed);
  }
  return `${count} trials; the worst is off by ${(100 * worst).toFixed(0)} % of what is allowed`;
}
