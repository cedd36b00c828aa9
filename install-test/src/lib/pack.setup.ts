import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { root } from './repository.ts';
import { run } from './run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Paths of the packed packages; or why there are none. */
    readonly packing: { readonly tarballs: readonly string[] } | { readonly failure: string };
  }
}

/**
 * Packs every public package once for all tests of this folder. Vitest runs it only when one of them is to run. A failure
 * is theirs: thrown here, it would keep every other test of the workspace from running.
 */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-tarballs-'));
  const command = [process.execPath, join(root, 'scripts/run.mjs'), 'pack:all', folder] as const;
  await run(command, { cwd: root, env: process.env }).then(
    (printed) => provide('packing', { tarballs: printed.trim().split('\n') }),
    ({ message }: Error) => provide('packing', { failure: message }),
  );
  return () => rmSync(folder, { recursive: true, force: true });
}
