import type { TransformKernelAttributes } from '@diffeo/ops';
import { wholeLines } from '../stacks/stack.ts';
import type { TransformKernel } from './transform-kernel.ts';

interface SplineAttributes {
  readonly bins: number;
  readonly bound: number;
  /** Whether slopes at the ends are 1; else they are parameters. */
  readonly fixedEnds: boolean;
  /** Whether the spline is solved for where it reaches the numbers. */
  readonly solves: boolean;
}

const told = ({ bins, bound, tails, direction }: TransformKernelAttributes): SplineAttributes => ({
  ...{ bins: bins as number, bound: bound as number, fixedEnds: tails === 'linear' },
  solves: direction === 'forward',
});

/** The kernels of `rationalQuadratic`. What its gradient needs is saved by groups of four numbers, probabilities in place of logits. */
export const splineKernel: TransformKernel = {
  name: 'DiffeoRationalQuadratic',
  parameters: (attributes) => {
    const { bins, fixedEnds } = told(attributes);
    return fixedEnds ? 3 * bins - 1 : 3 * bins + 1;
  },
  bytes: (kernels, { attributes, rows, count, save }) => {
    const { bins, fixedEnds } = told(attributes);
    return {
      // Without a gradient to come, each group takes the place of the one before it.
      saved: wholeLines(save ? kernels.splineSavedBytes(rows, count, bins) : kernels.splineSavedBytes(1, 1, bins)),
      scratch: kernels.splineScratch(bins, fixedEnds),
    };
  },
  forward: (kernels, attributes, { x, step, rows, list, count, raw, saved, save, scratch, value, logDet }) => {
    const { bins, bound, fixedEnds, solves } = told(attributes);
    kernels.spline(
      ...([x, step, rows, list, count, raw, bins, bound, fixedEnds, solves] as const),
      ...([saved, save, scratch, value, logDet] as const),
    );
  },
  backward: (kernels, attributes, { dValue, dLogDet, step, rows, list, count, saved, scratch, dx, dRaw }) => {
    const { bins, bound, fixedEnds, solves } = told(attributes);
    kernels.splineGradient(
      ...([dValue, dLogDet, step, rows, list, count, saved, bins, bound, fixedEnds, solves] as const),
      ...([scratch, dx, dRaw] as const),
    );
  },
};
