import { disposeParams, type Flow, type FlowParams } from '@diffeo/core';

/** The best parameters so far. */
export interface Best {
  readonly params: FlowParams;
  readonly step: number;
  readonly loss: number;
}

/** Keeps the parameters with the lowest validation loss. They are its own. */
export interface BestSoFar {
  readonly best: Best | null;
  /** Whether parameters with this loss would be better than all before. */
  isBetter(loss: number): boolean;
  /** Keeps these in the place of those before. */
  keep(best: Best): void;
  /** Hands the best over. */
  take(): Best | null;
  dispose(): void;
}

/** Begins with what was best before, if anything was. */
export function bestSoFar({ layout }: Flow, before: Best | null): BestSoFar {
  let best = before;
  const dispose = (): void => {
    if (best) disposeParams(layout, best.params);
    best = null;
  };
  return {
    get best() {
      return best;
    },
    isBetter: (loss) => best === null || loss < best.loss,
    keep: (better) => {
      dispose();
      best = better;
    },
    take: () => {
      const taken = best;
      best = null;
      return taken;
    },
    dispose,
  };
}
