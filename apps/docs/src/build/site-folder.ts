import { fileURLToPath } from 'node:url';

/** Where the site's source lies. */
export const siteFolder: string = fileURLToPath(new URL('../../', import.meta.url));
