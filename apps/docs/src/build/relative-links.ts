import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';

/** Astro writes addresses from the root of a site; relative ones let the built folder lie anywhere. Those in scripts Vite makes so. */
export function relativeLinks(): AstroIntegration {
  return {
    name: 'diffeo:relative-links',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const root = fileURLToPath(dir);
        const files = await readdir(root, { recursive: true });
        for (const file of files.map((name) => name.split(sep).join('/'))) {
          if (!/\.(html|css)$/.test(file) || file === '404.html' || file.startsWith('pagefind/')) continue;
          const path = join(root, file);
          const text = await readFile(path, 'utf8');
          const changed = file.endsWith('.css') ? relativeCss(text, file) : relativeHtml(text, file);
          if (changed !== text) await writeFile(path, changed);
        }
      },
    },
  };
}

/** `/learn/` seen from `guides/first/index.html` is `../../learn/`. */
function relativeTo(address: string, file: string): string {
  const from = posix.dirname(`/${file}`);
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(address) ?? [];
  const to = posix.relative(from, path) || '.';
  return `${to}${path.endsWith('/') && !to.endsWith('/') ? '/' : ''}${rest}`;
}

/** Rewrites the attributes that hold addresses. Addresses of other hosts begin with `//` or a scheme and stay. */
function relativeHtml(html: string, file: string): string {
  return html
    .replace(
      /(\s(?:href|src|action|poster|component-url|renderer-url|data-src)=)(["'])(\/(?!\/)[^"']*)\2/g,
      (_all, name: string, quote: string, address: string) => `${name}${quote}${relativeTo(address, file)}${quote}`,
    )
    .replace(
      /(\bimport\s*(?:\(\s*)?|\bfrom\s*)(["'])(\/assets\/[^"']*)\2/g,
      (_all, before: string, quote: string, address: string) => {
        const to = relativeTo(address, file);
        return `${before}${quote}${to.startsWith('.') ? to : `./${to}`}${quote}`;
      },
    );
}

function relativeCss(text: string, file: string): string {
  return text.replace(
    /url\((["']?)(\/assets\/[^"')]*)\1\)/g,
    (_all, quote: string, address: string) => `url(${quote}${relativeTo(address, file)}${quote})`,
  );
}
