import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiffeoError } from '@diffeo/core';

/** A file that is published at several places. */
export interface Published {
  /** Where it is, in the order in which the places are tried. */
  readonly urls: readonly string[];
  readonly sha256: string;
  /** Its length in bytes. */
  readonly size: number;
}

/** Whether that file is there and is the published one. */
async function isThere(path: string, { sha256, size }: Published): Promise<boolean> {
  try {
    // Not read where it cannot be it: what is there might have no end.
    if ((await stat(path)).size !== size) return false;
    return (
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex') === sha256
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Fetches the bytes into a new file, and throws unless they are the published ones. */
async function fetchInto(path: string, url: string, { sha256, size }: Published, stop: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal: stop });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new DiffeoError('DOWNLOAD', `the server answered ${response.status} ${response.statusText}`);
  }
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  let got = 0;
  try {
    for await (const chunk of response.body) {
      got += chunk.length;
      if (got > size) throw new DiffeoError('DOWNLOAD', `it sent more than the ${size} bytes of the file`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  if (got < size) throw new DiffeoError('DOWNLOAD', `it sent ${got} of ${size} bytes`);
  const found = hash.digest('hex');
  if (found !== sha256) throw new DiffeoError('DOWNLOAD', `the SHA-256 should be ${sha256}, but is ${found}`);
}

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? `${message}: ${cause.message}` : message;
}

/**
 * Fetches a published file to `path` unless it is there, from the first place that gives it whole. It is written beside
 * and renamed into place, so that two downloads at once do no harm and a failed one leaves nothing behind. A place gets
 * `timeout` milliseconds (default 10 minutes). Throws `DOWNLOAD` with the fault of each place; `FILE` when the folder
 * cannot be written; `CANCELLED` by `signal`.
 */
export async function download(
  path: string,
  published: Published,
  { signal, timeout = 600_000 }: { readonly signal?: AbortSignal | undefined; readonly timeout?: number } = {},
): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    if (await isThere(path, published)) return;
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw new DiffeoError('FILE', `${path} cannot be used as a cache: ${(cause as Error).message}. Set DIFFEO_CACHE.`, {
      cause,
    });
  }
  const faults: string[] = [];
  for (const url of published.urls) {
    try {
      const limit = AbortSignal.timeout(timeout);
      await fetchInto(part, url, published, signal ? AbortSignal.any([signal, limit]) : limit);
      await rename(part, path);
      return;
    } catch (cause) {
      await rm(part, { force: true });
      if (signal?.aborted) throw new DiffeoError('CANCELLED', `The download of ${url} was cancelled.`, { cause });
      faults.push(`${url}: ${reason(cause)}`);
    }
  }
  throw new DiffeoError(
    'DOWNLOAD',
    `${path} could not be downloaded.\n${faults.join('\n')}\nTry again, or fetch the file yourself and give its folder.`,
  );
}
