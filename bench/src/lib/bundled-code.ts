import { fileURLToPath } from 'node:url';
import { DiffeoError } from '@diffeo/core';
import { rolldown } from 'rolldown';

/** The minified bundle of a module's code, without what `isExternal` names. */
export async function bundledCode(code: string, isExternal: (name: string) => boolean): Promise<string> {
  const entry = fileURLToPath(new URL('entry.ts', import.meta.url));
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    external: (name) => isExternal(name) || name.startsWith('node:'),
    onLog: (_, { code: kind, message }) => {
      // It would be left out, and measure nothing.
      if (kind === 'UNRESOLVED_IMPORT')
        throw new DiffeoError('FILE', `${message} Name it in the benchmarks' package.json.`);
    },
    plugins: [
      {
        name: 'entry',
        resolveId: (name) => (name === entry ? name : null),
        load: (name) => (name === entry ? code : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'es', minify: true, comments: false });
  await bundle.close();
  return output[0].code;
}
