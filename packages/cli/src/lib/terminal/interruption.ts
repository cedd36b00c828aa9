import { DiffeoError } from '@diffeo/core';
import { say } from './say.ts';

/** The wish to stop that comes from outside, as Ctrl-C. */
export interface Interruption {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** `null` until a signal comes; then 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. */
  readonly exitCode: number | null;
  /** Gives the signals back to whoever had them. */
  dispose(): void;
}

/** How a command ends whose work does not end in order soon; without an entry, with the word `cancelled`. */
const endings = new WeakMap<AbortSignal, string | null>();

/**
 * Says what becomes of the work that begins now when a signal comes: with a message, it is dropped unless it ends in order
 * within half a second, and nothing is lost by that but what the message says; with `null` it is waited for, since it keeps
 * what was reached.
 */
export const whenCancelled = (signal: AbortSignal, message: string | null): void => void endings.set(signal, message);

/** Milliseconds in which work may end in order. */
const patience = 500;

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** npm and npx send their child a second copy of the terminal's SIGINT; nobody presses Ctrl-C twice this fast. */
const sameKeyPress = 250;

/** Listens to SIGINT, SIGTERM and SIGHUP. The first one aborts, so that the work can end in order, see
 * {@link whenCancelled}; the second one exits at once. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let exitCode: number | null = null;
  let first = 0;
  let waiting: NodeJS.Timeout | undefined;
  const listeners = Object.entries(exitCodes).map(([name, code]) => {
    const listener = (): void => {
      const now = performance.now();
      if (exitCode !== null && now - first > sameKeyPress) process.exit(code);
      if (exitCode !== null) return;
      exitCode = code;
      first = now;
      controller.abort();
      waiting = setInterval(() => {
        const message = endings.has(controller.signal) ? endings.get(controller.signal) : 'cancelled';
        if (message == null) return;
        say(`diffeo: ${message}`);
        process.exit(code);
      }, patience);
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    dispose: () => {
      clearInterval(waiting);
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}

/**
 * Lets signals have their turn, then throws `CANCELLED` with the message if one came. For between the pieces of long work.
 */
export async function stopIfCancelled(signal: AbortSignal, message = 'cancelled'): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new DiffeoError('CANCELLED', message);
}
