/** What went wrong, for programs. Packages outside this repository may add codes of their own. */
export type ErrorCode =
  | 'BACKEND'
  | 'CANCELLED'
  | 'CONFIG'
  | 'CONTEXT'
  | 'DATA'
  | 'DUPLICATE_TYPE'
  | 'FILE'
  | 'INEXACT'
  | 'MIGRATION'
  | 'MISSING_TENSOR'
  | 'NEWER_VERSION'
  | 'NOT_FINITE'
  | 'ONE_WAY'
  | 'OVERFLOW'
  | 'PARAMETERS'
  | 'SEED'
  | 'SHAPE'
  | 'SPEC'
  | 'SUPPORT'
  | 'SURPLUS_TENSOR'
  | 'TEMPERATURE'
  | 'TENSOR_DTYPE'
  | 'TENSOR_SHAPE'
  | 'UNKNOWN_TYPE'
  | 'UNSTARTED'
  | 'WORKER'
  | (string & {});

/** The one error class of Diffeo. The message says what was asked, what was got and what to do; `code` is for programs. */
export class DiffeoError extends Error {
  override readonly name = 'DiffeoError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `error` is a {@link DiffeoError}, of this or of another copy of the package. */
export const isDiffeoError = (error: unknown): error is DiffeoError =>
  error instanceof Error && error.name === 'DiffeoError' && typeof (error as { code?: unknown }).code === 'string';
