import { DiffeoError, isDiffeoError } from '@diffeo/core';

/** An error on its way between workers and the caller, where objects lose their class. */
export interface Failure {
  /** `null` of errors that have none, which the caller is told of as `WORKER`. */
  readonly code: string | null;
  readonly message: string;
  /** The error's cause, where it is data. */
  readonly cause?: unknown;
}

/** Whether a value is made of numbers, texts, lists and plain objects alone: that arrives as it was. */
function isPlainData(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !['function', 'symbol'].includes(typeof value);
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
    return Object.values(value).every(isPlainData);
  }
  return ArrayBuffer.isView(value);
}

/** An error as data. */
export function toFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (!isDiffeoError(error)) return { code: null, message };
  const { code, cause } = error;
  return { code, message, ...(cause !== undefined && isPlainData(cause) && { cause }) };
}

/** The error again, of a worker with this number. */
export const fromFailure = ({ code, message, cause }: Failure, worker: number): DiffeoError =>
  new DiffeoError(code ?? 'WORKER', code ? message : `worker ${worker + 1} failed: ${message}`, { cause });
