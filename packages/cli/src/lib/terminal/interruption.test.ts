import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runDiffeo, startDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const endless = ['--steps', '100000000', '--limit', '1000', '--layers', '2', '--hidden', '8'];

describe('a signal during training', () => {
  it.concurrent.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: saves what was reached, says so, and exits %i', async (signal, exitCode) => {
    const running = startDiffeo(['train', 'two-moons', ...endless, '--out', signal, '--json'], scratch.path);
    await running.said('rows/s');
    running.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    const model = join(scratch.path, signal, 'model.safetensors');
    expect(stderr).toMatch(/^diffeo: cancelled after step \d+ of 100000000\. The best parameters so far/m);
    expect(stderr).toContain(model);
    expect(readdirSync(join(scratch.path, signal)).sort()).toEqual([
      'checkpoint.bin',
      'history.csv',
      'model.safetensors',
    ]);
    const inspected = await runDiffeo(['inspect', signal, '--json'], scratch.path);
    expect(JSON.parse(inspected.stdout)).toMatchObject({ data: 'two-moons' });
  });
});

describe('an interrupted sample', () => {
  it('leaves no file behind, neither under its name nor beside it', async () => {
    const trained = await runDiffeo(['train', 'rings', ...endless, '--steps', '2', '--out', 'rings'], scratch.path);
    expect(trained.code).toBe(0);
    const running = startDiffeo(['sample', 'rings', '--count', '1000000000', '--out', 'big.csv'], scratch.path);
    while (!readdirSync(scratch.path).some((name) => name.startsWith('.big.csv'))) await setTimeout(20);
    running.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'diffeo: cancelled\n' });
    expect(existsSync(join(scratch.path, 'big.csv'))).toBe(false);
    expect(readdirSync(scratch.path).some((name) => name.startsWith('.big.csv'))).toBe(false);
  });
});

describe('work that does not look at the signal', () => {
  /** Runs a program that waits for ever, or for a second after the signal. */
  const ended = async (message: string | null) => {
    const module = new URL('./interruption.ts', import.meta.url).href;
    const code = `
      const { interruption, whenCancelled } = await import('${module}');
      const interrupted = interruption();
      whenCancelled(interrupted.signal, ${JSON.stringify(message)});
      const forever = setInterval(() => {}, 1000);
      ${message === null ? "interrupted.signal.onabort = () => setTimeout(() => { console.log('kept'); process.exit(7); }, 1200);" : ''}
      console.log('ready');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
    const said = { stdout: '', stderr: '' };
    child.stderr.on('data', (text) => {
      said.stderr += text;
    });
    child.stdout.on('data', (text) => {
      said.stdout += text;
      if (String(text).includes('ready')) child.kill('SIGTERM');
    });
    const [exitCode] = await once(child, 'close');
    return { code: exitCode, ...said };
  };

  it('is dropped, in the words that it gave, where nothing is lost by that', async () => {
    expect(await ended('cancelled before training')).toEqual({
      code: 143,
      stdout: 'ready\n',
      stderr: 'diffeo: cancelled before training\n',
    });
  });

  it('is waited for where it keeps what was reached', async () => {
    expect(await ended(null)).toEqual({ code: 7, stdout: 'ready\nkept\n', stderr: '' });
  });
});
