import type { TransformKernelAttributes } from '@diffeo/ops';
import { wholeLines } from '../stacks/stack.ts';
import type { TransformKernel } from './transform-kernel.ts';

const signOf = ({ direction }: TransformKernelAttributes): number => (direction === 'forward' ? 1 : -1);
const boundOf = ({ bound }: TransformKernelAttributes): number => bound as number;

/** How many bytes the log-scales of so many numbers take, with room for the last four to be written together. */
const scaleBytes = (numbers: number): number => wholeLines(4 * numbers);

/** The kernels of `affine`. Its log-scales are saved, and e to them is the scratch. */
export const affineKernel: TransformKernel = {
  name: 'DiffeoAffine',
  parameters: () => 2,
  bytes: (_, { rows, count }) => ({ saved: scaleBytes(rows * count), scratch: scaleBytes(rows * count) }),
  forward: (kernels, attributes, { x, step, rows, list, count, raw, saved, scratch, value, logDet }) =>
    kernels.affine(
      ...([x, step, rows, list, count, raw, boundOf(attributes), signOf(attributes)] as const),
      ...([saved, scratch, value, logDet] as const),
    ),
  backward: (kernels, attributes, { dValue, dLogDet, point, step, rows, list, count, saved, scratch, dx, dRaw }) =>
    kernels.affineGradient(
      ...([dValue, dLogDet, point, step, rows, list, count, saved] as const),
      ...([boundOf(attributes), signOf(attributes), scratch, dx, dRaw] as const),
    ),
};
