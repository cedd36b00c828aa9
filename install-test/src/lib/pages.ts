import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedBy, markdownExamples } from './markdown-examples.ts';
import { root } from './repository.ts';

const site = 'apps/docs/src/content/docs';

/** Every page that has its reader do something; the guide to plugins has tests of its own. */
export const allPages = [
  'README.md',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ...readdirSync(join(root, site), { recursive: true, encoding: 'utf8' }).map((name) => join(site, name)),
]
  .filter((path) => /\.mdx?$/.test(path) && path !== 'docs/plugins.md')
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  .map(({ path, text }) => ({ path, text, packages: installedBy(text), examples: markdownExamples(text) }));

/** Those that have their reader install packages and run code. */
export const installingPages = allPages.filter(({ packages, examples }) => packages.length > 0 && examples.length > 0);
