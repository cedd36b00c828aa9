import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { relinked, repositoryPages } from './repository-pages.ts';

const pages = repositoryPages(fileURLToPath(new URL('../../../../', import.meta.url)));

test('links go to pages where there are some, and to the repository elsewhere', () => {
  const addresses = new Map([
    ['docs/speed.md', '/reference/speed/'],
    ['packages/ops', '/reference/ops/'],
  ]);
  const link = (to: string) => relinked(`[a](${to})`, 'packages/core/README.md', addresses);
  expect(link('../../docs/speed.md')).toBe('[a](/reference/speed/)');
  expect(link('../ops#size')).toBe('[a](/reference/ops/#size)');
  expect(link('https://github.com/diffeo/diffeo/tree/main/packages/ops#size')).toBe('[a](/reference/ops/#size)');
  expect(link('src/lib/kernels.ts')).toBe(
    '[a](https://github.com/diffeo/diffeo/blob/main/packages/core/src/lib/kernels.ts)',
  );
  expect(link('https://standardschema.dev')).toBe('[a](https://standardschema.dev)');
});

test('every page has a title, a sentence and an address of its own', () => {
  expect(new Set(pages.map(({ id }) => id)).size).toBe(pages.length);
  for (const { id, title, description } of pages) {
    expect(title, id).toMatch(/\S/);
    expect(description, id).toMatch(/\S{3}/);
  }
});

test('every link to a page of the repository finds it', () => {
  const addresses = new Set(pages.map(({ id }) => `/${id}/`));
  const written = ['/']; // by hand
  for (const { id, markdown } of pages) {
    const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, '');
    for (const [, link = ''] of prose.matchAll(/\]\((\/[^)#]*)/g)) {
      expect(addresses.has(link) || written.includes(link), `${id} links to ${link}`).toBe(true);
    }
  }
});

test('the page of decisions leads to each of them', () => {
  const list = pages.find(({ id }) => id === 'decisions');
  const decisions = pages.filter(({ id }) => id.startsWith('decisions/'));
  expect(decisions.length).toBeGreaterThan(30);
  for (const { id, title } of decisions) expect(list?.markdown.replaceAll('`', '')).toContain(`- [${title}](/${id}/)`);
});
