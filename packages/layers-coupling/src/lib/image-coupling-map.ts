import type { Bijector, Shape, Site, Transformed } from '@diffeo/core';
import { concat, mul, reshape, slice, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { buildConditioner, type ConditionerParams, trainable } from './conditioner.ts';
import type { CouplingConfig, CouplingTransform, Direction } from './coupling-transform.ts';
import { fusedMaps } from './fused-maps.ts';
import type { ImageMask, Partition } from './mask.ts';

type Image = readonly [height: number, width: number, channels: number];

/** How a mask takes images apart. Everything is `[batch, height, width, …]`. */
interface Parts {
  /** The channels that stay and those that change, where the mask is one of channels. */
  readonly partition: Partition | null;
  /** The shape of what the network is given, and how many channels change at each pixel. */
  readonly input: Shape;
  readonly changing: number;
  /** What the network is given, and what changes. */
  split(x: Tensor): { readonly given: Tensor; readonly changed: Tensor };
  /** The network's output, made such that what is kept stays as it is. */
  restrict(raw: Tensor): Tensor;
  join(x: Tensor, value: Tensor): Tensor;
}

/** The first half of the channels is kept, or the second. */
function byChannels([height, width, channels]: Image, swap: boolean, site: Site): Parts {
  if (channels < 2) {
    site.fail("one channel cannot be split: squeeze the image first, or use the mask 'checkerboard'");
  }
  const first = Math.ceil(channels / 2);
  const kept = swap ? channels - first : first;
  const run = (x: Tensor, from: number, count: number): Tensor =>
    slice(x, [0, 0, 0, from], [x.shape[0] as number, height, width, count]);
  const keptOf = (x: Tensor): Tensor => run(x, swap ? first : 0, kept);
  const changing = channels - kept;
  const all = [...Array(channels).keys()];
  const halves = [all.slice(0, first), all.slice(first)] as const;
  return {
    partition: { keep: halves[swap ? 1 : 0], change: halves[swap ? 0 : 1] },
    input: [height, width, kept],
    changing,
    split: (x) => ({ given: keptOf(x), changed: run(x, swap ? 0 : first, changing) }),
    restrict: (raw) => raw,
    join: (x, value) => concat(swap ? [value, keptOf(x)] : [keptOf(x), value], 3),
  };
}

/**
 * Pixels whose row and column have an even sum are kept, or the others (Dinh et al. 2017, fig. 3).
 *
 * @param each how many numbers the network says of each one that changes
 */
function byCheckerboard([height, width, channels]: Image, each: number, swap: boolean, site: Site): Parts {
  if (height * width < 2) site.fail("one pixel has no neighbour to condition it: use the mask 'channels'");
  // For each channel its own, although all are the same: tfjs broadcasts along a last axis ten times slower.
  const parity = (even: boolean, depth: number): (() => Tensor) => {
    const marks = Float32Array.from({ length: height * width * depth }, (_, k) => {
      const i = Math.floor(k / depth);
      const odd = (Math.floor(i / width) + (i % width)) % 2 === 1;
      return odd !== even ? 1 : 0;
    });
    return () => tensor(marks, [1, height, width, depth]);
  };
  const [kept, changing] = [parity(!swap, channels), parity(swap, each * channels)];
  return {
    partition: null,
    input: [height, width, channels],
    changing: channels,
    split: (x) => ({ given: mul(x, kept()), changed: x }),
    // Zeros are the identity to every transform, to the bit.
    restrict: (raw) => mul(raw, changing()),
    join: (_, value) => value,
  };
}

/**
 * A coupling of images whose network sees them as images. Each pixel is transformed as a row of its own by what the network
 * says at that pixel; their log-determinants add up.
 */
export function imageCouplingMap(
  mask: ImageMask,
  config: CouplingConfig,
  site: Site,
  transform: CouplingTransform,
): Bijector<ConditionerParams> {
  const { eventShape } = site;
  if (eventShape.length !== 3) {
    return site.fail(`the mask '${mask}' is for images, whose event shape is [height, width, channels]`);
  }
  const image = eventShape as Image;
  const [height, width] = image;
  const pixels = height * width;
  const { parametersPerDimension: each } = transform;
  const parts =
    mask === 'channels' ? byChannels(image, config.swap, site) : byCheckerboard(image, each, config.swap, site);
  const { changing } = parts;
  const outputs = each * changing;
  const conditioner = buildConditioner(config.conditioner, site, parts.input, [height, width, outputs]);
  const { start } = conditioner;

  const composed =
    (direction: Direction): Bijector<ConditionerParams>['forward'] =>
    (params, x, call): Transformed => {
      const batch = x.shape[0] as number;
      const { given, changed } = parts.split(x);
      const raw = parts.restrict(conditioner.apply(params, given, call));
      const rows = [batch * pixels, changing];
      const { value, logDet } = transform.apply(
        reshape(changed, rows),
        reshape(raw, [batch * pixels, outputs]),
        direction,
      );
      return {
        value: parts.join(x, reshape(value, [batch, height, width, changing])),
        logDet: sum(reshape(logDet, [batch, pixels]), 1),
      };
    };
  const { convolutions } = conditioner;
  const { partition } = parts;
  const { fused } = transform;
  const maps =
    convolutions && partition && fused
      ? fusedMaps({
          make: (direction) => fused.images(partition, direction, convolutions),
          layersOf: ({ network }) => convolutions.layersOf(network),
          sourcesOf: (params) => trainable(conditioner.layout, params),
          contextOf: ({ context }) => (conditioner.contextShape && context ? convolutions.channelsOf(context) : null),
          composed,
        })
      : { forward: composed('forward'), inverse: composed('inverse') };
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: conditioner.contextShape,
    layout: conditioner.layout,
    init: conditioner.init,
    ...(start && { start: (params, x, call) => start(params, parts.split(x).given, call) }),
    ...maps,
  };
}
