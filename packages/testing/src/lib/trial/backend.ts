import { DiffeoError } from '@diffeo/core';
import { ready, setBackend } from '@tensorflow/tfjs-core';

/**
 * Makes a registered tfjs backend the current one.
 *
 * @throws DiffeoError `BACKEND` when it does not start here.
 */
export async function useBackend(name: string): Promise<void> {
  if (!(await setBackend(name))) {
    throw new DiffeoError('BACKEND', `the tfjs backend '${name}' did not start; its own message is on the console`);
  }
  // Another backend may still be starting, and tfjs refuses every call until it has.
  await ready();
}
