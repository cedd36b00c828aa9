import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, workspacePackages } from './repository.mjs';

/** The program that makes a package takes nothing of ours, and says what is wrong in one line. */
const withoutCore = ['create-diffeo-layer'];

const published = workspacePackages()
  .filter(({ manifest, folder }) => !manifest['private'] && !withoutCore.some((name) => folder.endsWith(name)))
  .map(({ folder }) => folder);

test.each(published)('what %s throws is a DiffeoError, with a code', (folder) => {
  const source = join(root, folder, 'src');
  const bare = readdirSync(source, { recursive: true, encoding: 'utf8' })
    // Controls of the kit are broken on purpose.
    .filter((path) => /(?<!\.test)\.ts$/.test(path) && !/controls/.test(path))
    .filter((path) =>
      /throw new (?:\w*Error)\(/.test(readFileSync(join(source, path), 'utf8').replaceAll('new DiffeoError(', '')),
    );
  expect(bare).toEqual([]);
});
