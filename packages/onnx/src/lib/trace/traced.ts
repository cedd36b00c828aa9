import type { TensorInfo } from '@tensorflow/tfjs-core';

/** A tensor that was seen while tracing. */
export interface TracedValue {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** What the backend that really computes holds for it: the numbers of a constant, else those of a placeholder. */
  readonly info: TensorInfo;
  readonly isConstant: boolean;
}

/** A kernel that ran while tracing. */
export interface TracedNode {
  readonly kernel: string;
  /** The layer, base or dequantizer that ran it; `null` outside of all. */
  readonly part: string | null;
  /** By the kernel's own names; lists of tensors are numbered. */
  readonly inputs: Readonly<Record<string, TracedValue>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly TracedValue[];
}

/** What a function did with its inputs. */
export interface Trace {
  readonly nodes: readonly TracedNode[];
  readonly inputs: Readonly<Record<string, TracedValue>>;
  readonly outputs: Readonly<Record<string, TracedValue>>;
}
