import { DiffeoError } from '@diffeo/core';
import { pause } from './wait-for-run.ts';

/** What the server or the network does when it is away for a while: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const passing: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'],
  ...['57P01', '57P02', '57P03', '53300', '40001', '40P01'],
]);

/** Whether a failure may pass by itself: the server is down, starts again, or has no connection left. */
function mayPass(error: unknown): boolean {
  const {
    code = '',
    message = '',
    errors = [],
  } = error as {
    readonly code?: string;
    readonly message?: string;
    readonly errors?: readonly unknown[];
  };
  if (passing.has(code) || /^08/.test(code) || errors.some(mayPass)) return true;
  return /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|socket hang up/i.test(
    message,
  );
}

/** How long to go on trying. */
export interface Patience {
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/**
 * Calls the database, again and again while it is away.
 *
 * @throws DiffeoError `ENGINE` when it is away for too long, or refuses; `CANCELLED`.
 */
export async function patiently<T>(call: () => Promise<T>, { seconds, signal, onNotice }: Patience): Promise<T> {
  const began = performance.now();
  for (let tried = 0; ; tried++) {
    try {
      const result = await call();
      if (tried > 0) onNotice?.('Postgres answers again');
      return result;
    } catch (cause) {
      const reason = (cause as Error)?.message || (cause as { readonly code?: string })?.code || String(cause);
      if (!mayPass(cause)) throw new DiffeoError('ENGINE', `Postgres refuses: ${reason}`, { cause });
      if (performance.now() - began > 1000 * seconds) {
        throw new DiffeoError('ENGINE', `Postgres has not answered for ${seconds} seconds: ${reason}`, { cause });
      }
      if (tried === 0) onNotice?.(`Postgres does not answer (${reason}); trying again for up to ${seconds} seconds`);
      await pause(Math.min(2000, 100 * 2 ** tried), signal);
      if (signal?.aborted) throw new DiffeoError('CANCELLED', 'cancelled while Postgres did not answer', { cause });
    }
  }
}
