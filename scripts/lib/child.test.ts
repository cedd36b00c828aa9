import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';

const child = new URL('child.mjs', import.meta.url).href;

/** A process that runs `code` in a Node of its own through `run`, and leaves as that one does. */
function wrapping(code: string) {
  const outer = `
    import { leaveAs, run } from ${JSON.stringify(child)};
    leaveAs(await run([process.execPath, '--eval', ${JSON.stringify(code)}, 'an argument'], {}));
  `;
  return spawn(process.execPath, ['--input-type=module', '--eval', outer], { stdio: ['ignore', 'pipe', 'ignore'] });
}

describe('a wrapped program', () => {
  test('gives its exit code', async () => {
    expect(await once(wrapping('process.exit(7)'), 'close')).toEqual([7, null]);
  });

  test('gets its arguments and owns stdout', async () => {
    const outer = wrapping('console.log(process.argv.at(-1))');
    const printed: string[] = [];
    outer.stdout.setEncoding('utf8').on('data', (text) => printed.push(text));
    await once(outer, 'close');
    expect(printed.join('')).toBe('an argument\n');
  });

  test('gives the signal that ended it', async () => {
    expect(await once(wrapping("process.kill(process.pid, 'SIGKILL')"), 'close')).toEqual([null, 'SIGKILL']);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'gets a %s sent to the wrapper, and may answer it',
    async (signal) => {
      const outer = wrapping(`
      process.on('${signal}', () => process.exit(42));
      setInterval(() => {}, 1000);
      console.log('ready');
    `);
      await once(outer.stdout, 'data');
      outer.kill(signal);
      expect(await once(outer, 'close')).toEqual([42, null]);
    },
  );
});
