import { spawnSync } from 'node:child_process';

/** Where Python may be: a system's packages belong to its own one, which need not be the first on the path. */
export const pythons: readonly string[] = ['/usr/bin/python3', 'python3'];

/** What a script printed, or why no Python could run it. */
export type Printed = { readonly stdout: string } | { readonly why: string };

/** Milliseconds that a script may take: others wait for it. */
const patience = 30 * 60_000;

/** Runs a script by the first Python that can, with `input` on its standard input. */
export function runPython(command: readonly string[], input = ''): Printed {
  let why = '';
  for (const python of pythons) {
    const options = { encoding: 'utf8', input, maxBuffer: 2 ** 28, timeout: patience } as const;
    const { status, stdout, stderr, signal } = spawnSync(python, command, options);
    if (status === 0) return { stdout };
    if (signal) return { why: `it was ended (${signal}); it may take ${patience / 60_000} minutes` };
    why ||= stderr?.trim().split('\n').at(-1) ?? '';
  }
  return { why: why || 'there is no python3' };
}
