/**
 * Runs what the page on accuracy shows and writes it down beside this file: `npm run pnpm -- exec node apps/docs/src/records/record.ts`,
 * or some of it: `… record.ts toys tables`. Some minutes on two quiet cores.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** One command of the repository and the JSON that it printed. */
interface Recorded {
  readonly command: string;
  readonly result: unknown;
}

/** What was printed, with paths from the root of the repository: elsewhere, it lies elsewhere. A proof prints an object a line, and words. */
function parsed(printed: string): unknown {
  const text = printed.replaceAll(root, '');
  if (text.includes(' did not hold: ')) throw new Error(text.slice(-2000));
  const lines = text.split('\n').filter((line) => line.startsWith('{"'));
  return lines.length > 1 ? lines.map((line) => JSON.parse(line)) : JSON.parse(text);
}

/** Runs `npm run …`, whose words stand behind it. A check that fails is a result too. */
function record(...words: readonly string[]): Recorded {
  const command = ['npm', 'run', words[0], '--', ...words.slice(1)].join(' ');
  process.stderr.write(`${command}\n`);
  try {
    const printed = execFileSync(process.execPath, ['scripts/run.mjs', ...words], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    });
    return { command, result: parsed(printed) };
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    if (!stdout) throw error;
    return { command, result: parsed(stdout) };
  }
}

const densities = ['two-moons', 'eight-gaussians', 'checkerboard', 'pinwheel'];
const tables = ['seattle-weather', 'windvectors'];
const layers = ['layers-elementwise'];
const scratch = ['--out', 'artifacts/recorded', '--anew', '--json'];

const records = {
  toys: () =>
    densities.flatMap((name) =>
      ['realnvp', 'neural-spline'].map((flow) =>
        record('diffeo', 'train', name, '--flow', flow, '--steps', '1000', '--seed', '1', ...scratch),
      ),
    ),
  tables: () =>
    tables.map((name) =>
      record('diffeo', 'train', `packages/cli/node_modules/vega-datasets/data/${name}.csv`, '--seed', '1', ...scratch),
    ),
  // As `--ours kept` wrote it down, a table at a time: all of them take half an hour.
  densities: () => [record('bench', 'tables', '--effort', 'standard', '--seed', '1', '--ours', 'recorded', '--json')],
  anomalies: () => [record('bench', 'anomalies', '--seed', '1', '--json')],
  conformance: () => layers.map((name) => record('diffeo', 'check', `./packages/${name}/src/index.ts`, '--json')),
  onnx: () => [record('prove', 'onnx-node')],
  'onnx-times': () => [record('bench', 'onnx', '--rounds', '10', '--json')],
  sizes: () => [record('bench', 'size', '--json')],
};

const asked = process.argv.slice(2);
for (const [name, run] of Object.entries(records)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const runs = run();
  const machine = `${cpus()[0]?.model ?? 'a processor'}, Node ${process.version}`;
  const file = new URL(`./${name}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify({ machine, runs }, null, 1)}\n`);
}
