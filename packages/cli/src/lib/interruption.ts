import { DiffeoError } from '@diffeo/core';

/** The wish to stop that comes from outside, as Ctrl-C. */
export interface Interruption {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** `null` until a signal comes; then 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. */
  readonly exitCode: number | null;
  /** Gives the signals back to whoever had them. */
  dispose(): void;
}

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** npm and npx send their child a second copy of the terminal's SIGINT; nobody presses Ctrl-C twice this fast. */
const sameKeyPress = 250;

/** Listens to SIGINT, SIGTERM and SIGHUP. The first one aborts, so that the work can end in order; the second one exits at once. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let exitCode: number | null = null;
  let first = 0;
  const listeners = Object.entries(exitCodes).map(([name, code]) => {
    const listener = (): void => {
      const now = performance.now();
      if (exitCode !== null && now - first > sameKeyPress) process.exit(code);
      if (exitCode !== null) return;
      exitCode = code;
      first = now;
      controller.abort();
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
