import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { siteFolder } from '@diffeo/docs/site';

/** The folder that the site was built into. */
export const builtFolder: string = join(siteFolder, 'dist');

/** Every file of the built site, relative to its folder. */
export const builtFiles = (): string[] =>
  readdirSync(builtFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(builtFolder.length + 1)
        .split(sep)
        .join('/'),
    );

/** The address of every page, relative to the site's: '' is the landing page. */
export const sitePages = (): string[] =>
  builtFiles()
    .filter((file) => file.endsWith('index.html'))
    .map((file) => file.replace(/index\.html$/, ''))
    .sort();
