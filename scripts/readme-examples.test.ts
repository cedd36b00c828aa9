import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where each README's examples run: the root's in the demo, which has every package. */
const places = [
  { readme: 'README.md', folder: join(root, 'demo') },
  ...readdirSync(join(root, 'packages')).map((name) => ({
    readme: `packages/${name}/README.md`,
    folder: join(root, 'packages', name),
  })),
];

const examples = places
  .filter(({ readme }) => existsSync(join(root, readme)))
  .flatMap(({ readme, folder }) =>
    [...readFileSync(join(root, readme), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ''], i) => ({
      name: `${readme}, example ${i + 1}`,
      folder,
      code,
    })),
  );

test('there are examples to run', () => {
  expect(examples.length).toBeGreaterThan(5);
});

test.each(examples)('$name runs', ({ folder, code }) => {
  // Inside the package, so that imports resolve as they do for its users.
  mkdirSync(join(folder, '.readme-examples'), { recursive: true });
  const place = mkdtempSync(join(folder, '.readme-examples', 'example-'));
  try {
    writeFileSync(join(place, 'example.ts'), code);
    const { status, stderr } = spawnSync(process.execPath, ['example.ts'], { cwd: place, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
