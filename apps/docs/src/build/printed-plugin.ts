import type { Plugin } from 'vite';
import { runExample } from './run-example.ts';

/** `import outputs from './example.js?printed'` gives what the example printed while the site was built. */
export function printedPlugin(): Plugin {
  const suffix = '?printed';
  const runs = new Map<string, ReturnType<typeof runExample>>();
  return {
    name: 'diffeo:printed',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith(suffix)) return null;
      const path = id.slice(0, -suffix.length);
      const run = runs.get(path) ?? runExample(path);
      runs.set(path, run);
      this.addWatchFile(path);
      return { code: `export default ${JSON.stringify(await run)};`, map: null };
    },
  };
}
