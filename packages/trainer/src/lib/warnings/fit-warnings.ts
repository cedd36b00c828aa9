import { type Flow, type FlowParams, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { max, min, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { TensorDataset } from '../data/tensor-dataset.ts';
import { takeScalar } from '../reading/with-numbers.ts';
import { contextWarnings } from './context-warnings.ts';
import { dataWarnings } from './data-warnings.ts';
import { flowContextWarnings } from './ignored-context-warnings.ts';
import type { Warning } from './warning.ts';

const points = 8;
/** Of more numbers than this, whoever wants to know asks `dataWarnings`. */
const maxNumbers = 4_000_000;

/**
 * Whether the density of one number is a Gaussian's: its logarithm a parabola, of which third differences are 0. In one
 * dimension couplings have nothing to condition on, and are straight lines together.
 */
async function isGaussian(model: Flow, params: FlowParams, x: Tensor): Promise<boolean> {
  const [low, high] = await Promise.all([takeScalar(min(x)), takeScalar(max(x))]);
  if (!(high > low)) return false;
  const logProb = tidied(() => {
    const grid = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
    return model.logProb(params, tensor(grid, [points, ...model.eventShape]));
  });
  const log = await logProb.data();
  logProb.dispose();
  const differences = (values: ArrayLike<number>) =>
    Array.from({ length: values.length - 1 }, (_, i) => (values[i + 1] as number) - (values[i] as number));
  const second = differences(differences(log));
  const size = Math.max(...second.map(Math.abs), 1e-6 * Math.max(...log.map(Math.abs)));
  return differences(second).every((third) => Math.abs(third) <= 1e-3 * size);
}

/** What a run gives reason to say: with data, of them too, and with rows to validate on, of what a context is worth. */
export async function fitWarnings(
  model: Flow,
  { data, validation }: { readonly data: TensorDataset | null; readonly validation: TensorDataset | null },
  {
    params,
    steps,
    startWasBest,
  }: { readonly params: FlowParams; readonly steps: number; readonly startWasBest: boolean },
): Promise<readonly Warning[]> {
  const warnings: Warning[] = data ? await warningsOf(model, params, data) : [];
  if (validation) warnings.push(...(await flowContextWarnings(model, params, validation)));
  if (startWasBest && steps > 0) {
    warnings.push({
      code: 'START_WAS_BEST',
      message: `no step made the validation loss better than it was before the first: what comes back is the flow as it started. Train on more rows, with a lower learning rate or smaller networks.`,
    });
  }
  return warnings;
}

/** What the data give reason to say, and what a flow made of them. */
async function warningsOf(model: Flow, params: FlowParams, { x, context }: TensorDataset): Promise<Warning[]> {
  const warnings: Warning[] = [];
  if (model.eventShape.length === 1 && !model.dequantizes && x.size <= maxNumbers) {
    warnings.push(...dataWarnings({ values: await x.data(), size: sizeOf(model.eventShape) }));
  }
  if (context) warnings.push(...(await contextWarnings(context)));
  if (
    sizeOf(model.eventShape) === 1 &&
    !model.contextShape &&
    !model.dequantizes &&
    (await isGaussian(model, params, x))
  ) {
    warnings.push({
      code: 'ONLY_A_GAUSSIAN',
      message:
        'the flow has one dimension, and its density is a Gaussian: couplings have nothing to condition on there. Give it a base of more shapes (normalMixture()), or an element-wise layer that bends.',
    });
  }
  return warnings;
}
