import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifest, publishedRanges } from './manifest.ts';

const folder = fileURLToPath(new URL('../../template/', import.meta.url));

/**
 * Files by another name here: npm leaves a .gitignore out of tarballs, pnpm takes any licence for the package's own, and a
 * package.json below another misleads tools.
 */
const renamed: ReadonlyMap<string, string> = new Map([
  ['_copyright', 'LICENSE'],
  ['_gitignore', '.gitignore'],
  ['_package.json', 'package.json'],
]);

/** What tools leave behind when the template is tried where it lies. */
const madeHere = /^(node_modules|dist)\//;

/** What stands in the template between double braces: the name, the year, and the range of each package. */
function valuesFor(name: string): ReadonlyMap<string, string> {
  const year = String(new Date().getFullYear());
  return new Map([['name', name], ['year', year], ['node', manifest().engines.node], ...publishedRanges()]);
}

const fill = (text: string, values: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\{\{(.+?)\}\}/g, (whole, key: string) => values.get(key) ?? whole);

/** The text of every file of a new package of that name, by its path in the package, with `/`. */
export function filesFor(name: string): ReadonlyMap<string, string> {
  const values = valuesFor(name);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !madeHere.test(path));
  return new Map(
    paths.map((path) => [renamed.get(path) ?? path, fill(readFileSync(join(folder, path), 'utf8'), values)]),
  );
}
