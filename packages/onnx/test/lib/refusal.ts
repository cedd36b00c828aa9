import { isDiffeoError } from '@diffeo/core';

/** Whether an error is the refusal of a part, by its name. */
export const isRefusal = (error: unknown, name: string): boolean =>
  isDiffeoError(error) && error.code === 'EXPORT' && error.message.includes(name);
