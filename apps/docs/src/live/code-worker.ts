/** Runs an example that was changed in the page, with the whole of each package that it imports. */
import { linkImports, withNames } from './link-imports.ts';
import { serveRun } from './serve-run.ts';

let address = '';

serveRun(
  async ({ code = '' }) => {
    address = URL.createObjectURL(new Blob([await linkImports(code)], { type: 'text/javascript' }));
    await import(/* @vite-ignore */ address);
  },
  async ({ name, message, stack }) => {
    const at = address && stack?.split(`${address}:`)[1];
    const line = at ? /^\d+/.exec(at)?.[0] : undefined;
    return (await withNames(`${name}: ${message}`)) + (line ? ` (line ${line})` : '');
  },
);
