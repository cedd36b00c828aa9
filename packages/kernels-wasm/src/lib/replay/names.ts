import type { Tensor } from '@tensorflow/tfjs-core';
import type { DataId } from '../heap/backend.ts';

/** Tensors that were there before the work began have the same number in every log. */
const outside = new WeakMap<DataId, number>();
let outsiders = 0;

/** What kernels take, by names that are the same in every run. */
export interface Names {
  made(dataId: DataId): void;
  of(dataId: DataId): string;
  /** Those that kernels took and the work did not make, its inputs apart. */
  readonly externalTensors: ReadonlySet<DataId>;
}

export function names(inputs: readonly Tensor[]): Names {
  const known = new Map<DataId, string>(inputs.map(({ dataId }, i) => [dataId, `input${i}`]));
  const externalTensors = new Set<DataId>();
  let count = 0;
  return {
    made: (dataId) => void known.set(dataId, `made${count++}`),
    of: (dataId) => {
      const name = known.get(dataId);
      if (name) return name;
      externalTensors.add(dataId);
      const number = outside.get(dataId) ?? outsiders++;
      outside.set(dataId, number);
      return `given${number}`;
    },
    externalTensors,
  };
}
