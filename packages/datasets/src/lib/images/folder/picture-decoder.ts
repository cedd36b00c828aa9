import { Worker } from 'node:worker_threads';
import { DiffeoError } from '@diffeo/core';

/** A picture to decode, and how it is to come back. */
export interface PictureQuestion {
  readonly bytes: Uint8Array;
  readonly source: string;
  readonly size: readonly [height: number, width: number];
  readonly channels: 1 | 3;
}

export type PictureAnswer = { readonly pixels: Uint8Array } | { readonly fault: string };

/** Decodes pictures on a thread of its own, one at a time, so that signals have their turn meanwhile. */
export interface PictureDecoder {
  /** Throws `FILE` for what cannot be decoded; `CANCELLED` when the signal comes, at once; `WORKER` when the thread fails. */
  decode(question: PictureQuestion): Promise<Uint8Array>;
  /** To be called in any case. */
  close(): Promise<void>;
}

/** Starts the thread. */
export function pictureDecoder(signal?: AbortSignal): PictureDecoder {
  const file = import.meta.url.endsWith('.ts') ? './picture-worker.ts' : './picture-worker.js';
  const worker = new Worker(new URL(file, import.meta.url));
  let failure: DiffeoError | null = null;
  let reject: ((error: DiffeoError) => void) | null = null;
  let resolve: ((answer: PictureAnswer) => void) | null = null;
  const fail = (error: DiffeoError): void => {
    failure ??= error;
    reject?.(failure);
  };
  const abort = (): void => {
    fail(new DiffeoError('CANCELLED', 'reading pictures was cancelled'));
    void worker.terminate();
  };
  worker.on('message', (answer: PictureAnswer) => resolve?.(answer));
  worker.on('error', (cause) => {
    fail(new DiffeoError('WORKER', `the thread that decodes pictures failed: ${cause.message}`, { cause }));
  });
  worker.on('exit', (code) => fail(new DiffeoError('WORKER', `the thread that decodes pictures ended with ${code}`)));
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  return {
    decode: async (question) => {
      const answer = await new Promise<PictureAnswer>((...settle) => {
        [resolve, reject] = settle;
        if (failure) reject(failure);
        else worker.postMessage(question);
      });
      if ('pixels' in answer) return answer.pixels;
      throw new DiffeoError('FILE', answer.fault);
    },
    close: async () => {
      signal?.removeEventListener('abort', abort);
      await worker.terminate();
    },
  };
}
