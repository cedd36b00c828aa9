import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';

const source = new URL('./service-worker.js', import.meta.url);

/** Writes the service worker, which knows every file of this build and no other. Has to come last. */
export function offline(): AstroIntegration {
  return {
    name: 'diffeo:offline',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const root = fileURLToPath(dir);
        const found = await readdir(root, { recursive: true, withFileTypes: true });
        const files = found
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name).slice(root.length).split(sep).join('/'))
          .sort();
        const hash = createHash('sha256');
        for (const file of files) hash.update(file).update(await readFile(join(root, file)));
        const text = (await readFile(source, 'utf8'))
          .replace('__FILES__', JSON.stringify(files))
          .replace('__VERSION__', hash.digest('hex').slice(0, 16));
        await writeFile(join(root, 'service-worker.js'), text);
      },
    },
  };
}
