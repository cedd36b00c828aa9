import { satteri } from '@astrojs/markdown-satteri';
import starlight from '@astrojs/starlight';
import type { AstroInlineConfig } from 'astro';
import { drawnPlugin } from './drawn-plugin.ts';
import { leanTfjs } from './lean-tfjs.ts';
import { mathPlugin } from './math-plugin.ts';
import { modernFonts } from './modern-fonts.ts';
import { offline } from './offline.ts';
import { printedPlugin } from './printed-plugin.ts';
import { relativeLinks } from './relative-links.ts';
import { scrollPlugin } from './scroll-plugin.ts';
import { siteFolder } from './site-folder.ts';

const licences = '/*! Diffeo, MIT. TensorFlow.js, Apache-2.0, Google LLC. Valibot, MIT. pure-rand, MIT. */';

/** A group of the sidebar: every page of a folder of `src/content/docs`, in the order of `sidebar.order` in their heads. */
const folder = (label: string, directory: string) => ({ label, items: [{ autogenerate: { directory } }] });

/**
 * How Astro builds the site. It is given to Astro as it is, not as a file of Astro's: Vite would bundle that one, and with it the
 * packages that the drawings run.
 */
export const siteConfig: AstroInlineConfig = {
  root: siteFolder,
  configFile: false,
  logLevel: 'warn',
  trailingSlash: 'always',
  build: { format: 'directory', assets: 'assets' },
  devToolbar: { enabled: false },
  markdown: {
    processor: satteri({ features: { math: true }, hastPlugins: [mathPlugin, scrollPlugin] }),
  },
  vite: {
    plugins: [drawnPlugin(), printedPlugin(), modernFonts()],
    // Licences are named once a script: with every module of TensorFlow.js they take 7 kB of what a click fetches.
    worker: {
      format: 'es',
      plugins: () => [leanTfjs()],
      rolldownOptions: { output: { comments: { legal: false }, postBanner: licences } },
    },
    experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'html' ? undefined : { relative: true }) },
    build: { target: 'es2022', chunkSizeWarningLimit: Infinity, assetsInlineLimit: 0 },
  },
  integrations: [
    starlight({
      title: 'Diffeo',
      // Code that scrolls in its own frame would have to be a named landmark each.
      expressiveCode: { defaultProps: { wrap: true } },
      description: 'Normalizing flows for TypeScript: exact densities, exact samples, trained in your page.',
      head: [{ tag: 'script', attrs: { type: 'module', src: '/offline.js' } }],
      components: { Search: './src/components/search.astro', SocialIcons: './src/components/site-links.astro' },
      customCss: ['./src/styles/site.css', 'katex/dist/katex.min.css'],
      sidebar: [
        folder('Learn', 'learn'),
        folder('Guides', 'guides'),
        folder('Examples', 'examples'),
        { label: 'Layers', slug: 'layers' },
        folder('Reference', 'reference'),
        folder('API', 'api'),
        folder('Decisions', 'decisions'),
      ],
    }),
    relativeLinks(),
    offline(),
  ],
};
