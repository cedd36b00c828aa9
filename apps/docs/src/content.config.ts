import { defineCollection } from 'astro:content';
import { docsSchema } from '@astrojs/starlight/schema';
import { pagesLoader } from './reference/pages-loader.ts';

/** The pages: every Markdown or MDX file below `content/docs`, and what the repository says elsewhere. */
export const collections = { docs: defineCollection({ loader: pagesLoader(), schema: docsSchema() }) };
