import { type Site, sizeOf } from '@diffeo/core';

/** An event seen as `positions` vectors of `channels` numbers each: its last axis, and all the others as one. */
export interface LastAxis {
  readonly channels: number;
  readonly positions: number;
}

/**
 * The last axis of the event shape at `site`.
 *
 * @throws DiffeoError `SHAPE` for a scalar event, which has none.
 */
export function lastAxis({ eventShape, fail }: Pick<Site, 'eventShape' | 'fail'>): LastAxis {
  const channels = eventShape.at(-1);
  if (channels === undefined) return fail('works on the last axis of an event and this event has none');
  return { channels, positions: sizeOf(eventShape) / channels };
}
