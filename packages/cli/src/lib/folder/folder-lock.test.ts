import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { ownMark } from '../files/process-mark.ts';
import { lockFolder } from './folder-lock.ts';

const scratch = scratchFolder();
function emptyFolder(name: string): string {
  const path = join(scratch.path, name);
  mkdirSync(path);
  return path;
}
const [pid, start, machine] = ownMark.split('-') as [string, string, string];

test('one run at a time has a folder', async () => {
  const folder = emptyFolder('one');
  const lock = await lockFolder(folder);
  expect(readdirSync(folder)).toEqual([`run-${ownMark}.lock`]);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'BUSY',
    message: expect.stringMatching(
      `^another run writes into ${folder} \\(\\S+, process ${pid}, since \\S+\\): wait for its end, or give another folder with --out$`,
    ),
  });
  lock.renew();
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
  (await lockFolder(folder)).release();
});

test('the lock of a process that was killed is taken over, and so is one whose number another process has by now', async () => {
  const folder = emptyFolder('stale');
  const killed = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(killed, 'spawn');
  const ended = once(killed, 'exit');
  killed.kill('SIGKILL');
  await ended;
  writeFileSync(join(folder, `run-${killed.pid}-${start}-${machine}.lock`), 'long ago');
  // A number that is in use, of a process that started at another time.
  if (start !== '00000000') writeFileSync(join(folder, `run-${process.ppid}-01234567-${machine}.lock`), 'long ago');
  const lock = await lockFolder(folder);
  expect(readdirSync(folder)).toEqual([`run-${ownMark}.lock`]);
  lock.release();
});

test('whether a run on another machine goes on cannot be seen: its lock is named', async () => {
  const folder = emptyFolder('elsewhere');
  const name = `run-${pid}-${start}-fedcba98.lock`;
  writeFileSync(join(folder, name), 'cluster-7, process 42, since 2026-01-01T00:00:00.000Z\n');
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'BUSY',
    message: `a run on another machine or in another container writes into ${folder} (cluster-7, process 42, since 2026-01-01T00:00:00.000Z), or ended there without a word. If none goes on, remove ${join(folder, name)}; or give another folder with --out`,
  });
  expect(existsSync(join(folder, name))).toBe(true);
});

test('a lock that somebody removed is taken again, unless another run has the folder by now', async () => {
  const folder = emptyFolder('removed');
  const lock = await lockFolder(folder);
  const own = join(folder, `run-${ownMark}.lock`);
  rmSync(own);
  lock.renew();
  expect(existsSync(own)).toBe(true);
  rmSync(own);
  writeFileSync(join(folder, `run-1-${start}-fedcba98.lock`), 'another');
  expect(() => lock.renew()).toThrow(/writes into .* \(another\)/);
  lock.release();
});

test('of many that begin at once, one gets the folder', async () => {
  const folder = emptyFolder('many');
  const module = new URL('./folder-lock.ts', import.meta.url).href;
  // Each says that it is ready, begins when told to, says what came of it, and holds what it has until the others have said theirs.
  const code = `
    const { lockFolder } = await import('${module}');
    const { createInterface } = await import('node:readline');
    const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    console.log('ready');
    await told.next();
    console.log(await lockFolder(${JSON.stringify(folder)}).then(() => 'taken', (error) => error.code));
    await told.next();
    process.exit();`;
  const runs = Array.from({ length: 6 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { said: async () => (await lines.next()).value, tell: () => child.stdin.write('\n') };
  });
  const said = () => Promise.all(runs.map((run) => run.said()));
  await said();
  for (const { tell } of runs) tell();
  const outcomes = await said();
  for (const { tell } of runs) tell();
  expect(outcomes.sort()).toEqual(['BUSY', 'BUSY', 'BUSY', 'BUSY', 'BUSY', 'taken']);
});
