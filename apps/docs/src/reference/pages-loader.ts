import { fileURLToPath } from 'node:url';
import { docsLoader } from '@astrojs/starlight/loaders';
import type { Loader } from 'astro/loaders';
import { repositoryPages } from './repository-pages.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** The pages below `content/docs`, and those whose text lies elsewhere in the repository. */
export function pagesLoader(): Loader {
  const files = docsLoader();
  return {
    name: 'diffeo-pages',
    async load(context) {
      await files.load(context);
      const pages = repositoryPages(repository);
      for (const { id, source, title, description, label, order, markdown } of pages) {
        const sidebar = { order, ...(label && { label }) };
        // Of an API, the names too stand on the right.
        const tableOfContents = { minHeadingLevel: 2, maxHeadingLevel: id.startsWith('api/') ? 4 : 3 };
        const data = await context.parseData({ id, data: { title, description, sidebar, tableOfContents } });
        const rendered = await context.renderMarkdown(markdown);
        // The sidebar goes by the path that a file of the collection would have.
        const isIndex = pages.some((other) => other.id.startsWith(`${id}/`));
        const filePath = `src/content/docs/${id}${isIndex ? '/index' : ''}.md`;
        context.store.set({
          id,
          data,
          body: markdown,
          filePath,
          rendered,
          digest: context.generateDigest(source + markdown),
        });
      }
    },
  };
}
