import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Waits until a file is there, however long that takes on a machine with other work. */
export async function present(path: string): Promise<void> {
  while (!existsSync(path)) await setTimeout(5);
}
