import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { expect, test } from 'vitest';
import { builtFiles, builtFolder } from './lib/site-pages.ts';

const pages = new Map(
  builtFiles()
    .filter((file) => file.endsWith('.html') && file !== '404.html')
    .map((file) => [file, readFileSync(join(builtFolder, file), 'utf8')]),
);

const attributes = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`\\s${name}=(["'])(.*?)\\1`, 'g'))].map(([, , value]) =>
    (value as string).replaceAll('&amp;', '&'),
  );
const idsOf = new Map([...pages].map(([file, html]) => [file, new Set(attributes(html, 'id'))]));

/** What is wrong with an address that stands in a page. */
function problem(file: string, address: string): string | null {
  if (/^(https?:|mailto:|data:)/.test(address)) return null;
  if (address.startsWith('/')) return 'begins at the root of the host';
  const [path = '', anchor] = address.split('#');
  const target = path === '' ? file : join(dirname(file), path.split('?')[0] as string);
  const found = target.endsWith('/') || target === '.' || target === './' ? join(target, 'index.html') : target;
  if (!existsSync(join(builtFolder, found))) return 'is not there';
  const ids = idsOf.get(found);
  // Settings of a widget stand behind a hash too.
  const isAnchor = anchor !== undefined && anchor !== '' && !anchor.includes('=');
  return isAnchor && ids && !ids.has(decodeURIComponent(anchor)) ? 'has no such heading' : null;
}

test('there are pages', () => expect(pages.size).toBeGreaterThan(1));

test.each([...pages])('every link holds: %s', (file, html) => {
  const addresses = new Set([...attributes(html, 'href'), ...attributes(html, 'src')]);
  const problems = [...addresses].flatMap((address) => {
    const found = problem(file, address);
    return found ? [`${address} ${found}`] : [];
  });
  expect(problems).toEqual([]);
});

test('nothing is fetched from elsewhere', () => {
  for (const [file, html] of pages) {
    const fetched = [...html.matchAll(/<(?:script|img|iframe|link)\b[^>]*\s(?:src|href)=["'](https?:[^"']*)/g)].filter(
      ([tag]) => !/rel=["'](?:canonical|sitemap)/.test(tag),
    );
    expect(
      fetched.map(([, address]) => address),
      file,
    ).toEqual([]);
  }
});
