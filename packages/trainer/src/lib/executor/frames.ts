import type { Failure } from './failure.ts';

/** From the caller to a worker. */
export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly type: string; readonly request: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'note'; readonly topic: string; readonly body: unknown };

/** From a worker to the caller. */
export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'note'; readonly topic: string; readonly body: unknown };
