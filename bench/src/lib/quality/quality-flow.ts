import { type Flow, flow, type Spec } from '@diffeo/core';
import { uniformDequantize, variationalDequantize } from '@diffeo/datasets';
import { tarFlow } from '@diffeo/layers-autoregressive';
import { imageCoupling } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { actnorm, glow, squeeze } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import type { DataSet } from './data-set.ts';

/** How whole numbers become a density's numbers. */
export type Noise = 'variational' | 'uniform';

/** The flows that are compared. */
export const flowNames = ['glow', 'tarflow'] as const;
export type FlowName = (typeof flowNames)[number];

/** The flow of the noise, at the scale after one squeeze. */
const noiseLayers = (width: number): Spec<'layer'>[] => [
  squeeze(),
  ...[false, true, false, true].flatMap((swap) => [actnorm(), invertibleConv1x1(), imageCoupling({ width, swap })]),
];

/** What stands before the layers of the flow. Few bins have wide borders, which a logit has to bring nearer. */
const logitOf = (bins: number): Spec<'layer'> => logit({ alpha: bins > 17 ? 1e-6 : 0.01 });

/** The Glow that `diffeo train` takes for such images, of two levels; or a TarFlow of patches, 4 × 4 pixels where images are large. */
function layersOf(name: FlowName, { train, flow: { steps, width } }: DataSet): readonly Spec<'layer'>[] {
  if (name === 'glow') return glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels: 2, steps, width });
  const factor = (train.eventShape[0] as number) > 8 ? 4 : 2;
  return [squeeze({ factor }), ...tarFlow({ patch: factor * factor, layers: 4, width, blocks: 2 })];
}

/** A flow of such images. */
export function qualityFlow(set: DataSet, noise: Noise, name: FlowName): Flow {
  const { bins, eventShape } = set.train;
  return flow({
    eventShape,
    dequantize:
      noise === 'variational'
        ? variationalDequantize({ bins, layers: noiseLayers(bins > 17 ? 32 : 16) })
        : uniformDequantize({ bins }),
    layers: [logitOf(bins), ...layersOf(name, set)],
  });
}

/** What a Gaussian can stand behind: the same preprocessing as the flow's, or none but even noise. */
export function gaussianFronts({ train: { bins, eventShape } }: DataSet): {
  readonly preprocessed: Flow;
  readonly plain: Flow;
} {
  const front = (layers: readonly Spec<'layer'>[]): Flow =>
    flow({ eventShape, dequantize: uniformDequantize({ bins }), layers });
  return { preprocessed: front([logitOf(bins)]), plain: front([]) };
}
