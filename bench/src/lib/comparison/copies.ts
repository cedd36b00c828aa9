import { type Competitor, type CompetitorSpec, startCompetitor } from './competitor.ts';

/** What competitors of a comparison are given; what else is in it is their own affair. */
export interface Problem {
  /** Rows of a training step. */
  readonly batch: number;
  /** How many are sampled at once. Default: as many. */
  readonly samples?: number;
}

/** Starts copies of a competitor, each on its share of every batch, which work at the same time: a pace is the mean of theirs. */
export function startCopies(
  competitorSpec: CompetitorSpec,
  { batch, samples = batch, ...rest }: Problem,
  count: number,
): Competitor {
  const share = { ...rest, batch: batch / count, samples: samples / count };
  const copies = Array.from({ length: count }, () => startCompetitor(competitorSpec, share));
  return {
    name: competitorSpec.name,
    check: null,
    memory: async () => (await Promise.all(copies.map(({ memory }) => memory()))).reduce((sum, bytes) => sum + bytes),
    measure: async (mode, steps) => (await Promise.all(copies.map(({ measure }) => measure(mode, steps)))).flat(),
    close: async () => void (await Promise.all(copies.map(({ close }) => close()))),
  };
}
