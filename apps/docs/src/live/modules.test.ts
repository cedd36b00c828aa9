import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { modules } from './modules.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('everything that the examples import can be imported in the page', () => {
  for (const name of readdirSync(file('../examples'))) {
    const code = readFileSync(file(`../examples/${name}`), 'utf8');
    for (const [, specifier = ''] of code.matchAll(/^import .* from '(.*)';/gm)) {
      expect(Object.keys(modules), name).toContain(specifier);
    }
  }
});

test('every package of layers can be imported in the page', () => {
  const layers = readdirSync(file('../../../../packages')).filter((name) => name.startsWith('layers-'));
  expect(Object.keys(modules)).toEqual(expect.arrayContaining(layers.map((name) => `@diffeo/${name}`)));
});
