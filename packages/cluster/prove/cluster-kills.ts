import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fold, type RandomSource, randomSource } from '@diffeo/core';
import { PgBoss } from 'pg-boss';
import { local, openRoot, outputPaths, postgres, type Run } from '../src/index.ts';
import { postgresServer } from '../test/postgres-server.ts';
import { startProgram } from './lib/processes.ts';
import { planned, scoreHandlers, writeTable } from './lib/score-setup.ts';

export const description =
  'A table scored by three workers on Postgres, which are killed at random while the server is killed twice, and by one process without a server that is killed as often, has every output once, equal to the bit to what one undisturbed process makes, and nothing is left behind.';
export const takes = '15 minutes';
/** Kills of workers. There are twenty shards for each, which are small in a run of a few kills. */
export const counts = { whole: 50, short: 1 };

const shardsForEach = 20;
const workers = 3;

const isOutput = (name: string): boolean => /^part-\d+-[0-9a-f]{16}\.parquet$/.test(name);

/** The bytes of a run's outputs in the order of its jobs. Throws where there is more or less in its folder. */
async function outputsOf(root: string, run: Run): Promise<readonly Buffer[]> {
  const names = readdirSync(join(root, run.folder)).sort();
  const others = names.filter((name) => !isOutput(name));
  if (others.join() !== 'inputs,manifest.json') throw new Error(`left behind in ${run.folder}: ${others}`);
  if (names.length - others.length !== run.jobs.length) {
    throw new Error(`${run.folder} has ${names.length - others.length} outputs of ${run.jobs.length}`);
  }
  return (await outputPaths(openRoot(root), run)).map((path) => readFileSync(path));
}

function requireEqual(outputs: readonly Buffer[], expected: readonly Buffer[], what: string): void {
  const differ = outputs.flatMap((bytes, i) => (bytes.equals(expected[i] as Buffer) ? [] : [i]));
  const [first] = differ;
  if (first === undefined && outputs.length === expected.length) return;
  // Both stay, to be looked at.
  const kept = mkdtempSync(join(tmpdir(), 'diffeo-outputs-that-differ-'));
  for (const i of differ) {
    for (const [name, list] of Object.entries({ found: outputs, expected }))
      writeFileSync(join(kept, `${i}-${name}.parquet`), list[i] as Buffer);
  }
  throw new Error(`${what}: ${differ.length} of ${outputs.length} outputs differ, the first is ${first}: see ${kept}`);
}

/** Waits until so many outputs are there, and a moment more. */
async function untilDone(folder: string, outputs: number, random: RandomSource): Promise<void> {
  const found = () => readdirSync(folder).filter(isOutput).length;
  while (found() < outputs) await sleep(10);
  await sleep(random.uniform() * 300);
}

export async function run({ count, seed, print }: { count: number; seed: number; print(line: string): void }) {
  const root = mkdtempSync(join(tmpdir(), 'diffeo-cluster-kills-'));
  const shards = shardsForEach * count;
  const isShort = count < 10;
  const rows = isShort ? 200 : 10_000;
  const server = await postgresServer();
  const running = new Set<ReturnType<typeof startProgram>>();
  try {
    await writeTable(root, { shards, rows });
    const files = readdirSync(join(root, 'rows')).map((name) => join(root, 'rows', name));
    const plan = (folder: string) => planned(root, files, folder, rows);

    const reference = await plan('reference');
    if (reference.jobs.length !== shards) throw new Error(`${reference.jobs.length} shards, and not ${shards}`);
    const alone = local({ root });
    const began = performance.now();
    const undisturbed = await alone.submit(reference);
    await alone.serve(scoreHandlers, { until: 'idle' });
    await undisturbed.forget();
    const seconds = (performance.now() - began) / 1000;
    const expected = await outputsOf(root, reference);
    print(`one process: ${shards} shards of ${rows} rows in ${seconds.toFixed(1)} s`);

    const onPostgres = await plan('on-postgres');
    const engine = postgres(server.url, { root, leaseSeconds: 10, pollSeconds: 0.2 });
    const handle = await engine.submit(onPostgres, { tries: 50 });
    const start = () => {
      const worker = startProgram('postgres-worker.ts', [server.url, root]);
      running.add(worker);
      return worker;
    };
    const serving = Array.from({ length: workers }, start);
    /** Nobody waits ten seconds for a lease to end in the short version: all jobs in hand are taken for lost, those of the living too. */
    const endLeases = async (): Promise<void> => {
      const boss = new PgBoss({ connectionString: server.url, schema: 'diffeo', supervise: false, schedule: false });
      boss.on('error', () => undefined);
      await boss.start();
      const age = "update diffeo.job set heartbeat_on = heartbeat_on - interval '1 hour' where state = 'active'";
      await boss.getDb().executeSql(age);
      await boss.stop({ graceful: false });
    };
    const serverKills = new Set([Math.floor(count / 3), Math.floor((2 * count) / 3)]);
    for (let kill = 0; kill < count; kill++) {
      const random = randomSource(fold(seed, kill));
      await untilDone(join(root, 'on-postgres'), Math.floor(((kill + 0.5) * shards) / (count + 1)), random);
      if (serverKills.has(kill)) {
        await server.kill();
        await sleep(random.uniform() * 1000);
        await server.start();
      }
      const which = random.integer(workers);
      serving[which]?.kill();
      await serving[which]?.ended;
      running.delete(serving[which] as ReturnType<typeof startProgram>);
      if (isShort) await endLeases();
      serving[which] = start();
      if (kill % 10 === 9) print(`${kill + 1} kills`);
    }
    const { done, failed } = await handle.wait();
    if (done !== shards) throw new Error(`${failed} of ${shards} failed: ${JSON.stringify(await handle.failures())}`);
    for (const worker of serving) worker.kill();
    await handle.forget();
    if ((await engine.runs()).length > 0) throw new Error('the run is still on the books');
    await engine.close();
    requireEqual(await outputsOf(root, onPostgres), expected, 'on Postgres');

    const args = [root, 'on-one-machine', String(rows), ...files];
    for (let kill = 0; kill < count; kill++) {
      const random = randomSource(fold(fold(seed, 'local'), kill));
      const process = startProgram('local-process.ts', args);
      running.add(process);
      const begun = untilDone(root, 0, random).then(async () => {
        const folder = join(root, 'on-one-machine');
        while (!readdirSync(root).includes('on-one-machine')) await sleep(10);
        await untilDone(folder, Math.floor(((kill + 0.5) * shards) / (count + 1)), random);
      });
      const first = await Promise.race([begun, process.ended]);
      if (first && first.code !== 0) throw new Error(`the process ended with ${first.code}: ${first.errors}`);
      process.kill();
      await process.ended;
      running.delete(process);
    }
    const last = await startProgram('local-process.ts', args).ended;
    if (last.code !== 0) throw new Error(`the last process ended with ${last.code}: ${last.errors}`);
    requireEqual(await outputsOf(root, await plan('on-one-machine')), expected, 'on one machine');
    return `${shards} shards of ${rows} rows, ${count} kills of workers and ${serverKills.size} of the server, ${count} of the process alone: every output once, to the bit`;
  } finally {
    for (const one of running) one.kill();
    await server.remove();
    rmSync(root, { recursive: true, force: true });
  }
}
