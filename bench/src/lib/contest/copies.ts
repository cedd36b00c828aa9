import { type Contestant, type Entrant, startContestant } from './contestant.ts';

/** What contestants of a contest are given; what else is in it is their own affair. */
export interface Exercise {
  /** Rows of a training step. */
  readonly batch: number;
  /** How many are sampled at once. Default: as many. */
  readonly samples?: number;
}

/** Starts copies of an entrant, each on its share of every batch, which work at the same time: a pace is the mean of theirs. */
export function startCopies(
  entrant: Entrant,
  { batch, samples = batch, ...rest }: Exercise,
  count: number,
): Contestant {
  const share = { ...rest, batch: batch / count, samples: samples / count };
  const copies = Array.from({ length: count }, () => startContestant(entrant, share));
  return {
    name: entrant.name,
    check: null,
    memory: async () => (await Promise.all(copies.map(({ memory }) => memory()))).reduce((sum, bytes) => sum + bytes),
    measure: async (mode, steps) => (await Promise.all(copies.map(({ measure }) => measure(mode, steps)))).flat(),
    close: async () => void (await Promise.all(copies.map(({ close }) => close()))),
  };
}
