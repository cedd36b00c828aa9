import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../../../.changeset/', import.meta.url));
const bumps = readdirSync(folder)
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) => [...readFileSync(folder + file, 'utf8').matchAll(/^['"](.+)['"]: (major|minor|patch)$/gm)])
  .map(([, name = '', size = '']) => ({ name, size }));

// Made packages ask for the core that this package was released with. A range as ^0.1.0 does not take 0.2.0, and a
// development dependency makes no release by itself.
test('a release of core or of the kit that leaves the range is one of this package too', () => {
  const leaving = bumps.filter(
    ({ name, size }) => ['@diffeo/core', '@diffeo/testing'].includes(name) && size !== 'patch',
  );
  const own = bumps.filter(({ name }) => name === 'create-diffeo-layer');
  if (leaving.length > 0) expect(own, 'add a changeset for create-diffeo-layer').not.toEqual([]);
});
