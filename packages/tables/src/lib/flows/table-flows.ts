import { studentT } from '@diffeo/core';
import { splineMAF } from '@diffeo/layers-autoregressive';
import { neuralSpline, realNVP } from '@diffeo/layers-coupling';
import type { FlowRecipe } from '../members/flow-member.ts';

const places = {
  columns: 'behind normal columns',
  copula: 'behind normal columns, whitened',
} as const;

/** Steps of training in a fold, and about how many seconds those of all folds take. */
interface FlowLength {
  readonly steps: number;
  readonly seconds: number;
}

/** For few rows: smooth networks, small steps, noise, and validations that come early. */
const quiet = (steps: number): Pick<FlowRecipe, 'base' | 'noise' | 'fit'> => ({
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0.1,
  fit: { steps, batchSize: 256, learningRate: 1e-3, ema: 0.99, patience: 30, validateEvery: 10 },
});

const smallCouplings = ({ steps, seconds }: FlowLength): FlowRecipe => ({
  seconds,
  name: `affine couplings ${places.copula}`,
  front: 'copula',
  layers: (seed) => realNVP({ layers: 8, hidden: [32], activation: 'tanh', bound: 1, outputScale: 0, seed }),
  ...quiet(steps),
});

const smallSplines = (front: 'columns' | 'copula', { steps, seconds }: FlowLength): FlowRecipe => {
  const { fit, ...rest } = quiet(steps);
  return {
    seconds,
    name: `autoregressive splines ${places[front]}`,
    front,
    layers: (seed) =>
      splineMAF({
        ...{ layers: 2, hidden: [32], activation: 'tanh', bins: 8, bound: 4 },
        ...{ outputScale: 0, sequence: 'random', seed },
      }),
    ...rest,
    fit: { ...fit, learningRate: 2e-3 },
  };
};

/** For many rows: splines, each number given those before it, in sequences that are drawn. */
const largeFlow = (front: 'columns' | 'copula', draw: number, { steps, seconds }: FlowLength): FlowRecipe => ({
  seconds,
  name: `autoregressive splines ${places[front]}${draw > 1 ? `, draw ${draw}` : ''}`,
  front,
  layers: (seed) => splineMAF({ layers: 3, hidden: [64, 64], bound: 4, outputScale: 0, sequence: 'random', seed }),
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0,
  fit: { steps, batchSize: 256, learningRate: 3e-3, ema: 0.995, patience: 15 },
});

/** For two or three columns, of which couplings with many bins say most. */
const splineFlow = ({ steps, seconds }: FlowLength): FlowRecipe => ({
  seconds,
  name: `spline couplings ${places.columns}`,
  front: 'columns',
  layers: (seed) => neuralSpline({ layers: 6, hidden: [64, 64], bins: 16, bound: 4, outputScale: 0, seed }),
  base: studentT({ degreesOfFreedom: 10 }),
  noise: 0,
  fit: { steps, batchSize: 256, learningRate: 2e-3, ema: 0.995, patience: 15 },
});

/**
 * Steps of which each takes `fixed + perColumn × size` milliseconds of a busy processor: as many as there is time for, and not more than are
 * of use. Work is counted, and not measured: the same table gets the same steps under any load.
 */
function lengthWithin(
  milliseconds: number,
  { most, fixed, perColumn }: { readonly most: number; readonly fixed: number; readonly perColumn: number },
  { size, folds }: { readonly size: number; readonly folds: number },
): FlowLength {
  const each = folds * (fixed + perColumn * size);
  const steps = Math.max(100, Math.min(most, Math.round(milliseconds / each / 10) * 10));
  return { steps, seconds: (steps * each) / 1000 };
}

/** Milliseconds for all flows of a table. */
const [smallTime, largeTime] = [17_000, 72_000];
/** In more columns than this, steps of few rows are for two flows: more steps of each are worth more than a third. */
const manyColumns = 10;

/** The flows of a table of few rows, in each of its folds; `more` times as long. */
export function smallFlows(size: number, folds: number, more: number): readonly FlowRecipe[] {
  const isWide = size > manyColumns;
  const step = { most: 1000 * more, fixed: isWide ? 1.5 : 2.5, perColumn: isWide ? 0.34 : 0.54 };
  const { steps, seconds } = lengthWithin(more * smallTime, step, { size, folds });
  // The time is that of a step of each flow.
  const length = { steps, seconds: seconds / (isWide ? 2 : 3) };
  return [smallCouplings(length), smallSplines('columns', length), ...(isWide ? [] : [smallSplines('copula', length)])];
}

/** The flows of a table of many rows; `more` times as long. */
export function largeFlows(size: number, more: number): readonly FlowRecipe[] {
  const length = lengthWithin(
    (more * largeTime) / 3,
    { most: 4000 * more, fixed: 1.5, perColumn: 0.47 },
    { size, folds: 1 },
  );
  return [
    largeFlow('columns', 1, length),
    size <= 3 ? splineFlow(length) : largeFlow('columns', 2, length),
    largeFlow('copula', 1, length),
  ];
}
