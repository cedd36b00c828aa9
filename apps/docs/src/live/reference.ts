import { disposeParams, flow } from '@diffeo/core';
import { toTensor } from '@diffeo/datasets';
import { gaussianBaseline } from '@diffeo/trainer';
import type { LiveData } from './live-data.ts';

/** What a flow is measured by, in nats. */
export interface Reference {
  /** Of the density that the data come from; `null` where it is not known. */
  readonly entropy: number | null;
  /** What that density itself comes to on the rows that the flow is validated on: closer than the entropy, by the luck of their draw. */
  readonly truth: number | null;
  /** What a Gaussian comes to on them. */
  readonly gaussian: number;
}

export async function referenceOf({ density, train, validation }: LiveData): Promise<Reference> {
  const nothing = flow({ eventShape: [2], layers: [] });
  const params = nothing.init(0);
  const [x, heldOut] = [toTensor(train), toTensor(validation)];
  try {
    const { nll } = await gaussianBaseline(nothing, params, { train: x, heldOut });
    const truth = density && -density.logProb(validation).reduce((sum, value) => sum + value, 0) / validation.count;
    return { entropy: density?.entropy ?? null, truth, gaussian: nll };
  } finally {
    for (const tensor of [x, heldOut]) tensor.dispose();
    disposeParams(nothing.layout, params);
  }
}
