import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostEnvironment, pinnedNode } from './lib/host.ts';
import { type Installation, install } from './lib/install.ts';
import { installedBy, markdownExamples, promisedLines } from './lib/markdown-examples.ts';
import { packedPackages } from './lib/packed-packages.ts';
import { root } from './lib/repository.ts';
import { run } from './lib/run.ts';

const site = 'apps/docs/src/content/docs';

/** Every page that has its reader install packages and run code; the guide to plugins has tests of its own. */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ...readdirSync(join(root, site), { recursive: true, encoding: 'utf8' }).map((name) => join(site, name)),
]
  .filter((path) => /\.mdx?$/.test(path) && path !== 'docs/plugins.md')
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  .map(({ path, text }) => ({ path, packages: installedBy(text), examples: markdownExamples(text) }))
  .filter(({ packages, examples }) => packages.length > 0 && examples.length > 0);

let installation: Installation;
/** Where each package lies, by name. */
const places = new Map<string, string>();

beforeAll(async () => {
  const names = new Set(pages.flatMap(({ packages }) => packages));
  const tarballs = new Map(packedPackages.map(({ manifest: { name }, tarball }) => [name, tarball]));
  const wanted = [...names].map((name) => (name.startsWith('@diffeo/') ? name : (tarballs.get(name) ?? name)));
  // Linked, each package finds what its own package.json names, and nothing that npm has hoisted for others.
  installation = await install(['--install-strategy=linked', ...wanted]);
  for (const name of names) {
    const link = join(installation.folder, 'node_modules', name);
    places.set(name, realpathSync(link));
    rmSync(link);
  }
});
afterAll(() => installation?.remove());

/** Runs a command that a page shows, with the program that the page has its reader install. */
async function runLine(line: string, folder: string): Promise<void> {
  const [npx, program, ...args] = line.split(' ');
  if (npx !== 'npx' || program !== 'diffeo') throw new Error(`only 'npx diffeo …' can be run here, not '${line}'`);
  await run([pinnedNode, 'node_modules/@diffeo/cli/dist/bin.js', ...args], { cwd: folder, env: hostEnvironment });
}

describe.each(pages)('$path', ({ packages, examples }) => {
  // An empty folder in which nothing is found but what the page has its reader install.
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'diffeo-page-'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
    for (const name of packages) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(places.get(name) as string, link, 'junction');
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(examples.map((example, i) => ({ ...example, number: i + 1 })))(
    'example $number runs with what the page installs, and prints what it says',
    async ({ code, isTest, isShell, number }) => {
      if (isShell) {
        for (const line of code.trim().split('\n')) await runLine(line, folder);
        return;
      }
      const file = `example-${number}${isTest ? '.test' : ''}.ts`;
      writeFileSync(join(folder, file), code);
      const vitest = join('node_modules', 'vitest', 'vitest.mjs');
      const command = isTest ? ([pinnedNode, vitest, 'run', file] as const) : ([pinnedNode, file] as const);
      const lines = (await run(command, { cwd: folder, env: hostEnvironment })).split('\n');
      for (const [i, expected] of promisedLines(code).entries()) if (expected !== null) expect(lines[i]).toBe(expected);
    },
  );
});

test('every package says how it is installed, and shows code', () => {
  const commands = ['packages/cli/README.md']; // installed and shown as a command
  const shown = pages.map(({ path }) => path).filter((path) => path.startsWith('packages/'));
  const all = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  expect([...shown, ...commands].sort()).toEqual(all.sort());
});

test.each(readdirSync(join(root, 'packages')))('the README of %s stands alone on a registry page', (name) => {
  const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !/^(https:|#)/.test(link))).toEqual([]); // a registry has no other files
  expect(links).toContain(`https://diffeo.github.io/diffeo/reference/${name}/`);
  expect(links).toContain('https://github.com/diffeo/diffeo');
});
