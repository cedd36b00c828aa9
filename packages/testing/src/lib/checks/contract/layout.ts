import { disposeParams, type FlowParams, leaves, sameShape } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { failed, type Outcome, passed } from '../../plan/outcome.ts';
import type { Trial } from '../../trial/trial.ts';

function countIn(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  if ('dataId' in node) return 1;
  return Object.values(node).reduce<number>((count, child) => count + countIn(child), 0);
}

function compare({ model }: Trial, params: FlowParams): Outcome {
  const found = leaves(model.layout, params);
  for (const { path, leaf, tensor } of found) {
    const expected = leaf.fromData ? 'null, as it starts from data' : `${leaf.dtype} [${leaf.shape.join(', ')}]`;
    if (!tensor) {
      if (leaf.fromData) continue;
      return failed(`'${path}': the layout says ${expected}, and init returns nothing`);
    }
    // A leaf that starts from data and is there already is what the check of the start is for.
    if (tensor.dtype === leaf.dtype && sameShape(tensor.shape, leaf.shape)) continue;
    return failed(`'${path}': the layout says ${expected}, and init returns ${tensor.dtype} [${tensor.shape}]`);
  }
  const known = found.filter(({ tensor }) => tensor).length;
  const all = countIn(params);
  if (all === known) return passed(`${known} leaves as declared`);
  return failed(`init returns ${all} tensors and the layout knows ${known}: the others would be lost when saving`);
}

/** What init returns is what the layout says, no more and no less. */
export const layout: Check = {
  name: 'layout',
  holds: 'init returns exactly the tensors that the layout describes',
  allows: '–',
  run: (trial) => {
    const params = trial.model.init(trial.place.seed);
    try {
      return compare(trial, params);
    } finally {
      disposeParams(trial.model.layout, params);
    }
  },
};
