import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { markdownExamples, promisedLines } from '../install-test/src/lib/markdown-examples.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages'));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

interface Example {
  readonly name: string;
  /** Where it runs: inside a package, so that imports resolve as they do for its users. */
  readonly folder: string;
  readonly code: string;
  /** Whether it holds tests, for vitest to run. */
  readonly isTest: boolean;
}

/** The examples of a page, run in a package that may import all that they do. Those of READMEs: `install-test`. */
const pageExamples = (page: string, folder: string): Example[] =>
  markdownExamples(readFileSync(join(root, page), 'utf8')).map((example, i) => ({
    ...example,
    name: `${page}, example ${i + 1}`,
    folder: join(root, folder),
  }));

/** Examples of doc comments begin without imports; they get those of the package's exports that they call. */
async function commentExamples(name: string): Promise<Example[]> {
  const folder = join(root, 'packages', name);
  const source = join(folder, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const found = files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/ \* @example\n((?: \* .*\n)+) \*\//g)].map(
      ([, comment = '']) => ({ name: `packages/${name}/src/${file}`, folder, code: comment.replaceAll(/^ \* /gm, '') }),
    ),
  );
  if (found.length === 0) return [];
  const entries = files.filter((file) => !/[\\/]/.test(file) && file !== 'bin.ts');
  const exported = await Promise.all(
    entries.map(async (file) => ({
      from: file === 'index.ts' ? `@diffeo/${name}` : `@diffeo/${name}/${file.replace(/\.ts$/, '')}`,
      names: Object.keys(await import(pathToFileURL(join(source, file)).href)),
    })),
  );
  return found.map(({ code, ...example }) => {
    const imports = exported.map(({ from, names }) => {
      const used = names.filter((exportName) => new RegExp(`\\b${exportName}\\(`).test(code));
      return used.length > 0 ? `import { ${used.join(', ')} } from '${from}';\n` : '';
    });
    return { ...example, code: imports.join('') + code, isTest: false };
  });
}

const examples = [
  ...pageExamples('docs/plugins.md', 'packages/create-diffeo-layer'),
  ...(await Promise.all(packages.map(commentExamples))).flat(),
];

test('there are examples to run', () => {
  expect(examples.length).toBeGreaterThan(10);
});

test.each(examples)('$name runs and prints what it says', ({ folder, code, isTest }) => {
  mkdirSync(join(folder, '.examples'), { recursive: true });
  const place = mkdtempSync(join(folder, '.examples', 'example-'));
  try {
    const file = isTest ? 'example.test.ts' : 'example.ts';
    writeFileSync(join(place, file), code);
    // A configuration of its own, as in a project elsewhere: vitest would look for one in the folders above.
    if (isTest) writeFileSync(join(place, 'vitest.config.ts'), 'export default {};');
    const args = isTest ? [vitest, 'run'] : [file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: place, encoding: 'utf8' });
    expect(status, isTest ? stdout : stderr).toBe(0);
    const lines = stdout.split('\n');
    for (const [i, expected] of promisedLines(code).entries()) if (expected !== null) expect(lines[i]).toBe(expected);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
