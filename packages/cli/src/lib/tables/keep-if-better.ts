import { copyParams, disposeParams } from '@diffeo/core';
import type { Dataset } from '@diffeo/datasets';
import { compareScores, type Fitted } from '@diffeo/trainer';
import { scoreRows } from '../score/score-rows.ts';
import type { Start } from '../train/start-training.ts';

/**
 * What was fitted, if the validation rows clearly prefer it to the flow as it started, by more than the standard error of
 * their mean difference; otherwise the start, from the training and validation rows together. The best of many validations on few rows is better than the start by luck alone,
 * and worse on others.
 */
export async function keepIfBetter(
  { model, params, untrained }: Start,
  fitted: Fitted,
  validation: Dataset,
  { seed, signal }: Pick<Parameters<typeof scoreRows>[2], 'seed' | 'signal'>,
): Promise<Fitted> {
  if (fitted.stopped === 'cancelled') return fitted;
  const options = { seed, signal };
  const [before, after] = [
    await scoreRows({ model, params }, validation, options),
    await scoreRows({ model, params: fitted.params }, validation, options),
  ];
  const { clipped, mean } = compareScores(after, before);
  if (!fitted.startWasBest && clipped.mean > clipped.standardError && mean > 0) return fitted;
  disposeParams(model.layout, fitted.params);
  return { ...fitted, params: copyParams(model.layout, untrained), bestStep: 0, startWasBest: true };
}
