export { findBrowser } from './lib/find-browser.ts';
export { launch } from './lib/launch.ts';
export { freshSite } from './site/lib/fresh-site.ts';
export { watchedPage } from './site/lib/watched-page.ts';
