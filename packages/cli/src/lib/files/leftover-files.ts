import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { markPattern, ownMark, processState } from './process-mark.ts';

/** At most so much of a file's name stands in the one beside it, which is longer and must not be too long. */
const stem = (name: string): string => [...name].slice(0, 40).join('');

/** The name of the file that is written beside one of this name until it takes its place. */
export const besideName = (name: string): string => `.${stem(name)}.${ownMark}.tmp`;

const pattern = new RegExp(String.raw`^\..+\.(${markPattern.source})\.tmp$`);

/** Removes what {@link besideName} named in a folder and processes left that have ended since. What cannot be removed stays. */
export function removeLeftovers(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const [, mark] = pattern.exec(name) ?? [];
      if (mark !== undefined && processState(mark) === 'ended') rmSync(join(folder, name), { force: true });
    }
  } catch {
    // A folder that cannot be read or written: whoever writes there says so.
  }
}
