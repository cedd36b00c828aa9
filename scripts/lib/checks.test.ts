import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, workspacePackages } from './repository.mjs';

/** Its entry for vitest brings Node's types along, whatever is said. */
const withVitest = 'packages/testing';

test("what is built without Node's types is checked without them", () => {
  const built = workspacePackages()
    .map(({ folder }) => folder)
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.build.json')))
    .filter((folder) => !readFileSync(join(root, folder, 'tsconfig.build.json'), 'utf8').includes('"node"'));
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.browser.json'), 'utf8'));
  const checked = globSync(include, { cwd: root }).map((folder) => folder.replace(/\/src$/, ''));
  expect([...checked, withVitest].sort()).toEqual(built);
});
