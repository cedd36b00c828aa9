import { defineCollection } from 'astro:content';
import { docsLoader } from '@astrojs/starlight/loaders';
import { docsSchema } from '@astrojs/starlight/schema';

/** The pages: every Markdown or MDX file below `content/docs`. */
export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };
