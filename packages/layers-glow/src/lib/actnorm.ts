import { type Definition, defineLayer, everywhere, leaf, type Site, type StartingData } from '@diffeo/core';
import { runningMoments } from '@diffeo/core/starting';
import { type ChannelScale, channelMap, lastAxis } from '@diffeo/ops';
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { actnormFusion } from './actnorm-fusion.ts';

const schema = strictObject({});

type ActnormParams = Readonly<Record<keyof ChannelScale, Tensor | null>>;

/** A standard deviation below this part of the mean is what float32 makes of a constant. */
const resolution = 1e-6;
/** Starting log-scales lie within ± this, so that neither they nor the scales leave float32. */
const maxStartingLogScale = 30;

/** Of columns that do not vary the log-scale is 0. */
function startingLogScale(deviation: number, mean: number): number {
  if (!(deviation > resolution * Math.abs(mean))) return 0;
  return Math.min(Math.max(Math.log(deviation), -maxStartingLogScale), maxStartingLogScale);
}

/**
 * Activation normalisation (Kingma & Dhariwal 2018, "Glow", §3.1): an affine map with one shift and one scale for each
 * channel, the last axis of the event, shared over the other axes.
 *
 * Its parameters `shift` and `logScale`, `[channels]`, start from data: `model.start(params, x)` sets them so that the
 * inverse of that batch has mean zero and variance one in each channel. After that they are trained and saved like any
 * other. A channel that does not vary in the batch (a constant one, or any channel of a single row) keeps the scale 1;
 * starting log-scales lie within ±30.
 *
 * forward: z·exp(logScale) + shift, logDet positions · Σ logScale. inverse: (x − shift)·exp(−logScale), and the negative.
 */
export const actnorm: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-glow/actnorm',
  version: 1,
  schema,
  build: (_, site: Site) => {
    const { eventShape } = site;
    const axis = lastAxis(site);
    const { channels } = axis;
    const layout = {
      shift: leaf([channels], { fromData: true }),
      logScale: leaf([channels], { fromData: true, role: 'scale' }),
    };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      support: { domain: everywhere, codomain: everywhere },
      layout,
      init: () => ({ shift: null, logScale: null }),
      start: async (params: ActnormParams, data: StartingData): Promise<ActnormParams> => {
        const moments = runningMoments(axis.channels);
        await data.each(async (x) => moments.add(await x.data()));
        const mean = moments.mean();
        const logScale = moments.deviation().map((deviation, i) => startingLogScale(deviation, mean[i] as number));
        return {
          shift: params.shift ?? tensor1d(Float32Array.from(mean)),
          logScale: params.logScale ?? tensor1d(Float32Array.from(logScale)),
        };
      },
      forward: (scale: ChannelScale, z: Tensor) => channelMap(z, scale, null, 'forward'),
      inverse: (scale: ChannelScale, x: Tensor) => channelMap(x, scale, null, 'inverse'),
      fusion: actnormFusion(eventShape, layout),
    };
  },
});
