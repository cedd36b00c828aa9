import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flow, normal, save } from '@diffeo/core';
import { datasetFrom, encodeTable } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { useWasm } from '@diffeo/trainer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, postgresServer } from './postgres-server.ts';

const bin = fileURLToPath(new URL('../../cli/src/bin.ts', import.meta.url));

let server: PostgresServer;
let folder: string;
beforeAll(async () => {
  await useWasm();
  server = await postgresServer();
  folder = mkdtempSync(join(tmpdir(), 'diffeo-command-'));
  mkdirSync(join(folder, 'rows'));
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [8] })] });
  const params = await model.start(model.init(1), normal([100, 2], 1));
  writeFileSync(join(folder, 'model.safetensors'), await save(model, params, { metadata: { columns: '["u","v"]' } }));
  for (const name of ['a', 'b']) {
    const table = datasetFrom(normal([300, 2], 2).dataSync() as Float32Array, { eventShape: [2], columns: ['u', 'v'] });
    writeFileSync(join(folder, 'rows', `${name}.parquet`), await encodeTable(table, { format: 'parquet' }));
  }
});
afterAll(async () => {
  await server?.remove();
  rmSync(folder, { recursive: true });
});

/** Runs the command to its end. */
const diffeo = (...args: string[]) =>
  new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (bytes) => {
        said[name] += bytes;
      });
    }
    child.once('close', (code) => resolve({ code, ...said }));
  });

test('a run is submitted, stands in the list, is done by a worker, and what failed is done anew', async () => {
  const engine = ['--engine', server.url];
  const submitted = diffeo('score', 'model.safetensors', 'rows/*.parquet', '--out', 'scores', ...engine);
  let listed: Awaited<ReturnType<typeof diffeo>>;
  do listed = await diffeo('jobs', ...engine, '--json');
  while (listed.stdout === '');
  expect(JSON.parse(listed.stdout)).toMatchObject({ folder: 'scores', jobs: 2, waiting: 2, failures: [] });
  const worker = await diffeo('worker', ...engine, '--until-idle');
  expect(worker.code, worker.stderr).toBe(0);
  expect(worker.stderr).toMatch(
    /worker: kernels .*, cluster \d.*, layers-coupling \d.*, @tensorflow\/tfjs-core 4.*; Node \d+.*; root /,
  );
  expect(worker.stderr).toContain('score model.safetensors, part-00001: done');
  const { code, stderr } = await submitted;
  expect(code, stderr).toBe(0);
  expect(readdirSync(join(folder, 'scores')).filter((name) => name.startsWith('part-')).length).toBe(2);
  expect(await diffeo('jobs', ...engine)).toMatchObject({ code: 0, stdout: '', stderr: 'there are no runs\n' });

  // A column is missing until the file is put right.
  const table = datasetFrom([1, 2], { eventShape: [2], columns: ['u', 'w'] });
  writeFileSync(join(folder, 'bad.csv'), await encodeTable(table, { format: 'csv' }));
  const bad = await diffeo('score', 'model.safetensors', 'bad.csv', '--out', 'bad', ...engine, '--workers', '1');
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/1 of 1 jobs failed/);
  const failed = JSON.parse((await diffeo('jobs', ...engine, '--json')).stdout);
  expect(failed).toMatchObject({ failed: 1, failures: [{ error: expect.stringContaining('bad.csv') }] });
  writeFileSync(join(folder, 'bad.csv'), 'u,v\n1,2\n');
  const retried = await diffeo('jobs', ...engine, '--retry');
  expect(retried.stdout).toContain('1 waiting');
  await diffeo('worker', ...engine, '--until-idle');
  const over = await diffeo('jobs', ...engine, '--forget');
  expect(over.stdout).toContain('1 of 1 jobs done');
});
