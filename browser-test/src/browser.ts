export { findBrowser } from './lib/find-browser.ts';
export { type Graphics, launch } from './lib/launch.ts';
export { serveSourcePage } from './lib/source-page.ts';
export { freshSite } from './site/lib/fresh-site.ts';
export { watchedPage } from './site/lib/watched-page.ts';
