import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LaunchOptions } from 'playwright-core';

/** A browser to try, in words and in playwright's. */
export interface Candidate {
  readonly title: string;
  readonly launch: Pick<LaunchOptions, 'executablePath' | 'channel' | 'env'>;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The browsers that may be on this machine: Chromium and Chrome on the PATH, then Chrome and Edge where their installers
 * put them on Linux, macOS and Windows, which playwright knows. Whether they start is another question.
 */
export function usualBrowsers({ PATH = '' }: NodeJS.ProcessEnv): Candidate[] {
  const folders = PATH.split(delimiter).filter((folder) => folder !== '');
  const onPath = names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .filter(isProgram)
    .map((path) => ({ title: path, launch: { executablePath: path } }));
  const installed = ['chrome', 'msedge'].map((channel) => ({ title: `an installed ${channel}`, launch: { channel } }));
  return [...onPath, ...installed];
}
