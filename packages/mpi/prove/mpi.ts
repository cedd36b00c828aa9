import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fit, startWorkers, useWasm } from '@diffeo/trainer';
import { withMpi } from '../src/index.ts';
import { bitsOf, model, rows, training } from './lib/training.ts';

export const description =
  'Training over Open MPI, by two processes, one and three, ends with the parameters of as many threads to the bit, twice in one program; without Open MPI one line says so. The whole needs mpirun.';
export const takes = '30 seconds';
/** Numbers of workers. */
const workers = [2, 1, 3, 4];
export const counts = { whole: workers.length, short: 1 };

const program = fileURLToPath(new URL('lib/train-over-mpi.ts', import.meta.url));
/** Other MPIs have a program of this name too. */
const isThere = (): boolean =>
  spawnSync('mpirun', ['--version'], { encoding: 'utf8' }).stdout?.includes('Open MPI') === true;

async function refusal(): Promise<string> {
  return await withMpi(() => Promise.resolve(''), { library: '/nowhere/libmpi.so' }).then(
    () => 'nothing',
    ({ message }: Error) => message,
  );
}

export async function run({ count, seed }: { count: number; seed: number }) {
  const said = await refusal();
  if (!/^Open MPI is not here/.test(said) || said.includes('\n')) throw new Error(`without a library it says ${said}`);
  if (!isThere()) {
    if (count >= counts.whole) throw new Error('there is no mpirun: apt-get install openmpi-bin');
    return 'Open MPI is not here, and one line says so';
  }
  await useWasm();
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-mpi-'));
  try {
    for (const number of workers.slice(0, count)) {
      const out = join(folder, `${number}.json`);
      const asRoot = process.getuid?.() === 0 ? ['--allow-run-as-root'] : [];
      const args = [...asRoot, '--oversubscribe', '-n', `${number + 1}`, process.execPath, program, out, `${seed}`];
      const { status, stderr } = spawnSync('mpirun', args, { encoding: 'utf8', timeout: 120_000 });
      if (status !== 0) throw new Error(`mpirun with ${number} workers ended with ${status}: ${stderr}`);
      const threads = await startWorkers(model, { count: number });
      const expected = bitsOf(await fit(model, rows(seed), { ...training, seed, workers: threads }));
      await threads.close();
      const found = JSON.parse(readFileSync(out, 'utf8')) as readonly (readonly number[])[];
      if (found.length !== 2) throw new Error(`${found.length} trainings, and not 2`);
      for (const bits of found) {
        if (bits.length !== expected.length || bits.some((value, i) => !Object.is(value, expected[i])))
          throw new Error(`${number} workers over MPI have other parameters than ${number} threads`);
      }
    }
    return `${workers.slice(0, count).join(', ')} workers: the parameters of threads, to the bit`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
