import { spawn } from 'node:child_process';

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * Runs a program, with nothing on its stdin, and returns what it printed on stdout.
 *
 * @throws Error with all that it said when it ends with another code than 0.
 */
export function run(
  [program, ...args]: Command,
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const [printed, said] = [stdout, stderr].map((chunks) => Buffer.concat(chunks).toString()) as [string, string];
      if (code === 0) resolve(printed);
      else reject(new Error(`${[program, ...args].join(' ')} ended with code ${code}\n${said}${printed}`));
    });
  });
}
