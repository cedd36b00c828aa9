import { type Flow, flow, type Spec } from '@diffeo/core';
import { uniformDequantize, variationalDequantize } from '@diffeo/datasets';
import { imageCoupling } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { actnorm, glow, invertibleConv1x1, squeeze } from '@diffeo/layers-glow';
import type { DataSet } from './data-set.ts';

/** How whole numbers become a density's numbers. */
export type Noise = 'variational' | 'uniform';

/** The flow of the noise, at the scale after one squeeze. */
const noiseLayers = (width: number): Spec<'layer'>[] => [
  squeeze(),
  ...[false, true, false, true].flatMap((swap) => [actnorm(), invertibleConv1x1(), imageCoupling({ width, swap })]),
];

/** What stands before the layers of the flow. Few bins have wide borders, which a logit has to bring nearer. */
const logitOf = (bins: number): Spec<'layer'> => logit({ alpha: bins > 17 ? 1e-6 : 0.01 });

/** The Glow that `diffeo train` takes for such images, of two levels. */
export function qualityFlow({ train, flow: { steps, width } }: DataSet, noise: Noise): Flow {
  const { bins, eventShape } = train;
  return flow({
    eventShape,
    dequantize:
      noise === 'variational'
        ? variationalDequantize({ bins, layers: noiseLayers(bins > 17 ? 32 : 16) })
        : uniformDequantize({ bins }),
    layers: [logitOf(bins), ...glow({ coupling: imageCoupling, levels: 2, steps, width })],
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
