import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

/** What a drawing file exports. */
interface Drawing {
  readonly draw: () => string | Promise<string>;
}

/**
 * `import svg from './drawing.ts?drawn'` gives the text that the file's `draw()` returned while the site was built. The file
 * runs in Node as it is, with the packages themselves, and nothing of it reaches the page.
 */
export function drawnPlugin(): Plugin {
  const suffix = '?drawn';
  const drawn = new Map<string, Promise<string>>();
  let last: Promise<unknown> = Promise.resolve(); // one at a time: they share tfjs's engine
  const drawNow = async (path: string): Promise<string> => {
    const { draw } = (await import(pathToFileURL(path).href)) as Drawing;
    if (typeof draw !== 'function') throw new Error(`${path} exports no function 'draw'`);
    return draw();
  };
  return {
    name: 'diffeo:drawn',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith(suffix)) return null;
      const path = id.slice(0, -suffix.length);
      const text = drawn.get(path) ?? last.then(() => drawNow(path));
      drawn.set(path, text);
      last = text.catch(() => undefined);
      this.addWatchFile(path);
      return { code: `export default ${JSON.stringify(await text)};`, map: null };
    },
  };
}
