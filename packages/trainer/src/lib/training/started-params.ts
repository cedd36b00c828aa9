import {
  copyParams,
  DiffeoError,
  disposeParams,
  type Flow,
  type FlowParams,
  fold,
  leaves,
  type Seed,
} from '@diffeo/core';
import { startingRows } from '../data/starting-rows.ts';
import { disposeDataset, type TensorDataset } from '../data/tensor-dataset.ts';

/** Parameters to train: those given, copied, or new ones; started where they are not. Owned by the caller. */
export async function startedParams(
  model: Flow,
  train: TensorDataset | null,
  { params, seed }: { readonly params?: FlowParams; readonly seed: Seed },
): Promise<FlowParams> {
  const initial = params ? copyParams(model.layout, params) : model.init(fold(seed, 'init'));
  const unstarted = leaves(model.layout, initial).find(({ tensor }) => tensor === null);
  if (!unstarted) return initial;
  const taken = train && (await startingRows(model.eventShape, train, seed));
  try {
    if (!taken) {
      const advice = 'Give data, or params that were started, await model.start(model.init(seed), x)';
      throw new DiffeoError(
        'UNSTARTED',
        `minimise: '${unstarted.path}' starts from data, and there are none. ${advice}`,
      );
    }
    const { x, context } = taken;
    return await model.start(initial, x, { ...(context && { context }), noise: fold(seed, 'start') });
  } catch (error) {
    disposeParams(model.layout, initial);
    throw error;
  } finally {
    if (taken) disposeDataset(taken);
  }
}
