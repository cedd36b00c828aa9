import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { afterAll, expect, test } from 'vitest';
import { nameInMessage, namesInMessage } from './name-in-message.ts';
import { readBytes } from './read-bytes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'diffeo-files-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let made = 0;
const place = (name = `file-${made++}`) => join(scratch, name);

function file(content: Uint8Array): string {
  const path = place();
  writeFileSync(path, content);
  return path;
}

/** A pipe into which a program of the shell writes. */
function pipe(program: string): string {
  const path = place();
  execFileSync('mkfifo', [path]);
  const writer = spawn('sh', ['-c', `{ ${program}; } > "$0"`, path], { stdio: 'ignore', detached: true });
  writer.unref();
  afterAll(() => {
    try {
      process.kill(-(writer.pid as number), 'SIGKILL');
    } catch {
      // It has ended.
    }
  });
  return path;
}

const refusal = (path: string, options = {}) =>
  readBytes(path, options).then(
    () => expect.fail('it was read'),
    (error: DiffeoError) => `${error.code}: ${error.message}`,
  );

test('files and pipes that end come whole', async () => {
  for (const size of [0, 1, 4096, 2 ** 18, 600_001]) {
    const content = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 256);
    const heads: number[] = [];
    const check = (head: Uint8Array) => heads.push(head.length);
    expect(Buffer.compare(await readBytes(file(content), { check, maxBytes: size }), content)).toBe(0);
    expect(heads).toEqual([Math.min(size, 4096)]);
  }
  expect(Buffer.from(await readBytes(pipe('sleep 0.3; printf hello; sleep 0.3; printf world'))).toString()).toBe(
    'helloworld',
  );
});

test('nothing endless is read: devices, pipes that go on, pipes that fall silent', async () => {
  expect(await refusal('/dev/zero')).toBe('FILE: /dev/zero cannot be read: it is a device or a socket, not a file');
  expect(await refusal('/dev/urandom')).toMatch(/it is a device/);
  const link = place('zero.png');
  symlinkSync('/dev/zero', link);
  expect(await refusal(link)).toMatch(/it is a device/);
  const before = process.memoryUsage().arrayBuffers;
  expect(await refusal(pipe('yes'), { maxBytes: 2 ** 20 })).toMatch(/it has more bytes, and at most 1048576 are read/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  expect(await refusal(pipe('sleep 60'), { patience: 300 })).toMatch(/a pipe that gave nothing for 0.3 seconds/);
  const nobody = place();
  execFileSync('mkfifo', [nobody]);
  expect(await refusal(nobody, { patience: 300 })).toMatch(/a pipe that gave nothing/);
});

test('an endless pipe is left as soon as its beginning is wrong', async () => {
  const check = (head: Uint8Array): void => {
    throw new DiffeoError('FILE', `begins with ${head[0]}`);
  };
  expect(await refusal(pipe('yes'), { check })).toBe('FILE: begins with 121');
});

test('too large files are refused before they are read', async () => {
  const path = file(new Uint8Array(1));
  truncateSync(path, 2 ** 40);
  expect(await refusal(path)).toMatch(/it has 1099511627776 bytes, and at most 1074790400 are read/);
});

test('what cannot be opened is said in words', async () => {
  expect(await refusal(scratch)).toMatch(/FILE: .* cannot be read: it is a folder/);
  expect(await refusal(place('nowhere'))).toMatch(/there is no such file/);
  expect(await refusal(join(file(new Uint8Array(1)), 'x'))).toMatch(/a part of its path is a file/);
  expect(await refusal(place('x'.repeat(300)))).toMatch(/its name is too long/);
  const circle = place();
  symlinkSync(circle, circle);
  expect(await refusal(circle)).toMatch(/a link that leads in a circle/);
});

test('a signal ends reading, of a silent pipe too', async () => {
  const signal = AbortSignal.timeout(200);
  expect(await refusal(pipe('sleep 60'), { signal })).toMatch(/^CANCELLED/);
  expect(await refusal(file(new Uint8Array(9)), { signal: AbortSignal.abort() })).toMatch(/^CANCELLED/);
});

test('names in messages are printable and short', () => {
  expect(nameInMessage('a\nb\u001b[31m\u202ec')).toBe('a\\u000ab\\u001b[31m\\u202ec');
  expect(nameInMessage('péché 猫.png')).toBe('péché 猫.png');
  const long = nameInMessage(`${'a'.repeat(5000)}.png`);
  expect(long).toHaveLength(100);
  expect(long).toMatch(/^a+…a+\.png$/);
  expect(namesInMessage(['a', 'b', 'c'], 2)).toBe('a, b, … (3 in all)');
});
