import type { Output } from './output.ts';

/** What the page asks of the worker of an example: to run this. */
export interface RunRequest {
  /** The example's name, to run it as it stands in its file. */
  readonly name: string;
  /** What was made of it in the page. */
  readonly code?: string;
}

/** What the worker answers: what the example prints, as it does, and at last that it ended. */
export type RunAnswer = { readonly output: Output } | { readonly seconds: number };
