import { boolean, integer, maxValue, minValue, multipleOf, number, optional, picklist, pipe } from 'valibot';

/** The initial W: the identity, or a random rotation by the seed of `init`. Default `identity`. */
export const init = optional(picklist(['identity', 'rotation']), 'identity');

/**
 * Log-scales stay within ±bound. Default 5. Random rotations in PLU factors have log-scales up to 0.8 at 3 channels, 2 at 48 and 2.3
 * at 192; a bound below that starts from something else than a rotation.
 */
export const bound = optional(pipe(number(), minValue(0.01), maxValue(20)), 5);

/** Whether a vector is added: z = W·x + bias. It starts at 0. Default false: a layer in front of it mostly shifts already. */
export const bias = optional(boolean(), false);

/** A whole number of at least 1. */
export const count = pipe(number(), integer(), minValue(1), maxValue(65536));

/** How many mirrors, an even number. Default: as many as there are channels, or one more. Fewer reach fewer rotations. */
export const reflections = optional(pipe(count, multipleOf(2)));

/** The number of mirrors where none is given. */
export const mirrors = (channels: number, given: number | undefined): number => given ?? channels + (channels % 2);
