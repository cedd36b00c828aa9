import { isDiffeoError } from '@diffeo/core';

/** What went wrong while running, with good arguments and good input. */
const failures: ReadonlySet<string> = new Set([
  'BACKEND',
  'CHECK',
  'DOWNLOAD',
  'ENGINE',
  'INEXACT',
  'JOBS',
  'NOT_FINITE',
  'READ',
  'WORKER',
  'WRITE',
]);

/** The exit code for an error: 2 when the arguments or the input are to blame, 130 for a cancelled run, 1 otherwise. */
export function exitCodeOf(error: unknown): number {
  if (!isDiffeoError(error)) return 1;
  if (error.code === 'CANCELLED') return 130;
  return failures.has(error.code) ? 1 : 2;
}
