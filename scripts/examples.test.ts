import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages'));

interface Example {
  readonly name: string;
  /** Where it runs: inside a package, so that imports resolve as they do for its users. */
  readonly folder: string;
  readonly code: string;
}

function readmeExamples(readme: string, folder: string): Example[] {
  if (!existsSync(join(root, readme))) return [];
  const blocks = readFileSync(join(root, readme), 'utf8').matchAll(/^```ts\n(.*?)^```/gms);
  return [...blocks].map(([, code = ''], i) => ({ name: `${readme}, example ${i + 1}`, folder, code }));
}

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
    return { ...example, code: imports.join('') + code };
  });
}

const examples = [
  ...readmeExamples('README.md', join(root, 'demo')),
  ...packages.flatMap((name) => readmeExamples(`packages/${name}/README.md`, join(root, 'packages', name))),
  ...(await Promise.all(packages.map(commentExamples))).flat(),
];

/** What the comments behind `console.log` promise; those that aren't plain numbers or lists promise nothing exact. */
const promised = (code: string): (string | null)[] =>
  [...code.matchAll(/^console\.log\(.*\);(?: \/\/ (.*))?$/gm)].map(([, comment = '']) =>
    /^[\d[][^…]*$/.test(comment) ? comment.replace(/^\[(.*)\]/, '[ $1 ]') : null,
  );

test('there are examples to run', () => {
  expect(examples.length).toBeGreaterThan(10);
});

test.each(examples)('$name runs and prints what it says', ({ folder, code }) => {
  mkdirSync(join(folder, '.examples'), { recursive: true });
  const place = mkdtempSync(join(folder, '.examples', 'example-'));
  try {
    writeFileSync(join(place, 'example.ts'), code);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['example.ts'], { cwd: place, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const lines = stdout.split('\n');
    for (const [i, expected] of promised(code).entries()) if (expected !== null) expect(lines[i]).toBe(expected);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
