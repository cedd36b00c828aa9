import type { TransformKernelAttributes } from '@diffeo/ops';
import type { Kernels } from '../kernels.ts';

/** The numbers that a transform maps: listed columns of rows. */
interface TransformedColumns {
  /** How many bytes one row of the points is from the next. */
  readonly step: number;
  readonly rows: number;
  /** Where the columns are listed: how many bytes from the first each is. */
  readonly list: number;
  /** How many are listed. */
  readonly count: number;
}

/** Where the way there finds and puts what it works on. */
interface TransformPlaces extends TransformedColumns {
  /** Rows `step` apart, as those of `value`, of which only the listed columns are written. */
  readonly x: number;
  /** The raw parameters, `[rows, parameters · count]`. */
  readonly raw: number;
  readonly value: number;
  /** The sum of the log-slopes of each row. */
  readonly logDet: number;
  /** Written: what the gradient needs, where `save`. */
  readonly saved: number;
  readonly save: boolean;
  readonly scratch: number;
}

/** Where the way back finds and puts what it works on. */
interface TransformGradientPlaces extends TransformedColumns {
  readonly dValue: number;
  readonly dLogDet: number;
  /** The x of `forward`, or the value of `inverse`. */
  readonly point: number;
  readonly saved: number;
  readonly scratch: number;
  readonly dx: number;
  readonly dRaw: number;
}

/** What a transform works on: so many columns of so many rows, told what it is told. */
interface TransformWork {
  readonly attributes: TransformKernelAttributes;
  readonly rows: number;
  readonly count: number;
  /** Whether a gradient will be asked for. */
  readonly save: boolean;
}

/** How many bytes a transform takes. */
interface TransformBytes {
  /** What the gradient needs; where none will be asked for, what the way there needs in its place. */
  readonly saved: number;
  readonly scratch: number;
}

/** The kernels of an element-wise transform. All that is generic (plans, conditioners, couplings) is made of these. */
export interface TransformKernel {
  /** That of the transform's `kernel` in `@diffeo/ops`. */
  readonly name: string;
  /** How many raw parameters each number takes. */
  parameters(attributes: TransformKernelAttributes): number;
  bytes(kernels: Kernels, work: TransformWork): TransformBytes;
  forward(kernels: Kernels, attributes: TransformKernelAttributes, at: TransformPlaces): void;
  backward(kernels: Kernels, attributes: TransformKernelAttributes, at: TransformGradientPlaces): void;
}
