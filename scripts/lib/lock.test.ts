import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.mjs';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diffeo-lock-'));
  path = join(folder, 'below/lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('one holder at a time, and each gets its turn', async () => {
  let holders = 0;
  let waited = 0;
  const work = async () => {
    holders += 1;
    expect(holders).toBe(1);
    await sleep(20);
    holders -= 1;
    return 'done';
  };
  const wait = () => {
    waited += 1;
  };
  const all = await Promise.all([1, 2, 3].map(() => withLock(path, work, wait)));
  expect(all).toEqual(['done', 'done', 'done']);
  expect(waited).toBe(2);
  expect(existsSync(path)).toBe(false);
});

test('is released when the work fails', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('no disk')), never)).rejects.toThrow('no disk');
  expect(existsSync(path)).toBe(false);
});

test('is taken over from a holder that died', async () => {
  const dead = 2 ** 30; // above any process id that is given out
  writeFileSync(join(folder, 'lock'), String(dead));
  expect(await withLock(join(folder, 'lock'), () => Promise.resolve('taken'), never)).toBe('taken');
});

test('is taken over from a holder on another machine that went silent', async () => {
  writeFileSync(join(folder, 'lock'), String(process.pid));
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(join(folder, 'lock'), longAgo, longAgo);
  expect(await withLock(join(folder, 'lock'), () => Promise.resolve('taken'), never)).toBe('taken');
});

function never(): void {
  throw new Error('should not have waited');
}
