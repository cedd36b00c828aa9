import { oneLine } from '@diffeo/core/arguments';
import { say } from './say.ts';

let guarded = false;

/**
 * Makes the process take failing standard streams well: when the reader of stdout has gone (`diffeo … | head`) it ends
 * quietly; when stdout cannot be written it ends with a message; when nobody reads stderr it goes on.
 */
export function guardStandardStreams(): void {
  if (guarded) return;
  guarded = true;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    say(`diffeo: the result cannot be written to the standard output: ${oneLine(error.message)}`);
    process.exit(1);
  });
}

/** Writes to stdout; resolves when the text is on its way, so that nothing piles up in memory. */
export const printResult = (piece: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(piece, () => resolve());
  });
