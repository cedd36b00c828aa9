import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts a program that lies beside this file. Its errors are kept. */
export function startProgram(name: string, args: readonly string[]) {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    errors += bytes;
  });
  const ended = new Promise<{ readonly code: number | null; readonly errors: string }>((resolve) => {
    child.once('exit', (code) => resolve({ code, errors }));
  });
  return { ended, kill: () => void child.kill('SIGKILL') };
}
