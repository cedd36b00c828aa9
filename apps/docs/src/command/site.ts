export { siteFolder } from '../build/site-folder.ts';
export { serveSite } from './serve-site.ts';
