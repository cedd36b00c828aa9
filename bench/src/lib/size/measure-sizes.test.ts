import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { measureSizes } from './measure-sizes.ts';

const sizes = await measureSizes();

test.each(sizes)('$name stays within its budget', ({ own, budget }) => {
  expect(own).toBeGreaterThan(1000);
  expect(own).toBeLessThanOrEqual(budget);
});

test("core's README says what core weighs", () => {
  const readme = readFileSync(new URL('../../../../packages/core/README.md', import.meta.url), 'utf8');
  const [, said = ''] = /^## Size\n\n([\d.]+) kB/m.exec(readme) ?? [];
  const core = sizes.find(({ name }) => name === '@diffeo/core');
  expect(Math.abs(1000 * Number(said) - (core?.own ?? 0))).toBeLessThan(100);
});
