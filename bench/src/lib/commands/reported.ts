import { isDiffeoError } from '@diffeo/core';
import { say } from '../say.ts';

/** A run whose refusals are told in one line. */
export const reported =
  <Context>(run: (context: Context) => Promise<void>) =>
  async (context: Context): Promise<void> => {
    try {
      await run(context);
    } catch (error) {
      if (!isDiffeoError(error)) throw error;
      say(error.message);
      process.exit(1);
    }
  };
