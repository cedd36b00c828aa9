import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { newestSource } from './newest-source.ts';

test('what builds and tests write beside sources does not make them newer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-sources-'));
  try {
    const write = (name: string, seconds: number) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), seconds, seconds);
    };
    write('core/src/index.ts', 100);
    write('core/src/lib/deep.ts', 200);
    for (const name of ['.turbo/turbo-build.log', '.examples/a.test.ts', 'dist/index.js', 'node_modules/x/index.js']) {
      write(`core/${name}`, 300);
    }
    symlinkSync(folder, join(folder, 'core/src/loop'));
    expect(newestSource(folder)).toBe(200_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
