import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { baseChecks, layerChecks } from './checks/all-checks.ts';

test('the README lists every check, in order and in its own words', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| (.*) \|$/gm)].map(([, name, holds]) => ({ name, holds }));
  const all = [...layerChecks, ...baseChecks.filter((check) => !layerChecks.includes(check))];
  expect(rows).toEqual(all.map(({ name, holds }) => ({ name, holds })));
});
