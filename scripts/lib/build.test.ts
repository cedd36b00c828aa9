import { expect, test } from 'vitest';
import { builtFolders } from './build.mjs';
import { workspacePackages } from './repository.mjs';

test('whatever is published is built, and the site is left as it is', () => {
  const published = workspacePackages().filter(({ manifest }) => !manifest['private']);
  expect(builtFolders()).toEqual(published.map(({ folder }) => folder));
});
