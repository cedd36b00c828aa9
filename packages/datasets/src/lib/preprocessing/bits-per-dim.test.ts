import '@tensorflow/tfjs-backend-cpu';
import { bitsPerDim, flow, negativeLogLikelihood, type Spec, standardNormal, uniform, uniformBox } from '@diffeo/core';
import { logit, rescale, standardise } from '@diffeo/layers-elementwise';
import { squeeze } from '@diffeo/layers-glow';
import { floor, mul, ready, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { toTensor } from '../data/dataset.ts';
import { imagesFrom } from '../images/images.ts';
import { binsOf } from './bins.ts';
import { padImages } from './pad-images.ts';
import { reduceBits } from './reduce-bits.ts';
import { uniformDequantize } from './uniform-dequantize.ts';
import { variationalDequantize } from './variational-dequantize.ts';

const shape = [4, 4, 1];
const rawRows = (bins: number): Tensor => tidy(() => floor(mul(uniform([8, ...shape], 1), bins)));

/** Bits per dimension as a user gets them: whatever the preprocessing, of the same raw data. */
async function bitsOf(
  dequantize: Spec<'dequantizer'>,
  layers: readonly Spec<'layer'>[],
  raw: Tensor,
  base: Spec<'base'> = uniformBox(),
): Promise<number> {
  const model = flow({ eventShape: shape, dequantize, layers, base });
  const params = await model.start(model.init(1), raw, { noise: 2 });
  const nll = negativeLogLikelihood(model, params, raw, { noise: 2 });
  return bitsPerDim(model, nll.dataSync()[0] as number);
}

/** The values that the same noise makes of the raw data. */
function spreadOf(dequantize: Spec<'dequantizer'>, raw: Tensor): number[] {
  const model = flow({ eventShape: shape, dequantize, layers: [] });
  return [...model.toBase(model.init(1), raw, { noise: 2 }).value.dataSync()];
}

/** What the margins of the bins cost. */
const marginBits = (bins: number): number => -binsOf(bins).logWidth / Math.LN2 - Math.log2(bins);

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

describe.each([2, 17, 32, 256])('%i bins under a model to which all are alike', (bins) => {
  const dequantize = uniformDequantize({ bins });
  const unlearned = Math.log2(bins) + marginBits(bins);

  test('have their logarithm in bits per dimension', async () => {
    expect(await bitsOf(dequantize, [], rawRows(bins))).toBeCloseTo(unlearned, 5);
    expect(await bitsOf(variationalDequantize({ bins, layers: [] }), [], rawRows(bins))).toBeCloseTo(unlearned, 4);
  });

  const there = rescale({ from: [0, 1], to: [-0.5, 255] });
  const back = rescale({ from: [-0.5, 255], to: [0, 1] });
  test.each<[string, Spec<'layer'>[]]>([
    ['scaled and scaled back', [there, back]],
    ['squeezed', [squeeze()]],
  ])('have the same %s', async (_, layers) => {
    expect(await bitsOf(dequantize, layers, rawRows(bins))).toBeCloseTo(unlearned, 3);
  });

  test('lose a bit where half of the model lies outside the data', async () => {
    const half = rescale({ from: [0, 1], to: [0.25, 0.75] });
    expect(await bitsOf(dequantize, [half], rawRows(bins))).toBeCloseTo(unlearned + 1, 4);
  });

  test('padded, pay for the margin too, over the pixels of the image', async () => {
    const padded = padImages({ to: [6, 8], dequantizer: dequantize });
    expect(await bitsOf(padded, [], rawRows(bins))).toBeCloseTo((unlearned * 48) / 16, 4);
  });
});

test('the slope of the logit is counted, at the values that the noise gave', async () => {
  const [bins, alpha] = [256, 0.05];
  const dequantize = uniformDequantize({ bins });
  const raw = rawRows(bins);
  const bits = await bitsOf(dequantize, [logit({ alpha })], raw, standardNormal());
  const each = spreadOf(dequantize, raw).map((x) => {
    const s = alpha + (1 - 2 * alpha) * x;
    const z = Math.log(s) - Math.log1p(-s);
    const slope = (1 - 2 * alpha) / (s * (1 - s));
    return (z ** 2 / 2 + Math.log(2 * Math.PI) / 2) / Math.LN2 - Math.log2(slope);
  });
  const mean = each.reduce((total, one) => total + one, 0) / each.length;
  expect(bits).toBeCloseTo(Math.log2(bins) + marginBits(bins) + mean, 4);
});

test('standardising is counted: a Gaussian fitted to the data has its entropy in bits, at any scale', async () => {
  const bins = 256;
  const dequantize = uniformDequantize({ bins });
  const raw = rawRows(bins);
  const entropies = Array.from({ length: 16 }, (_, pixel) => {
    const own = spreadOf(dequantize, raw).filter((_value, i) => i % 16 === pixel);
    const centre = own.reduce((total, value) => total + value / own.length, 0);
    const variance = own.reduce((total, value) => total + (value - centre) ** 2 / own.length, 0);
    return Math.log2(2 * Math.PI * Math.E * variance) / 2;
  });
  const expected = Math.log2(bins) + marginBits(bins) + entropies.reduce((a, b) => a + b) / 16;
  expect(await bitsOf(dequantize, [standardise()], raw, standardNormal())).toBeCloseTo(expected, 4);
  for (const to of [
    [-0.5, 0.5],
    [0, 255],
    [3, 3.01],
  ] as [number, number][]) {
    const layers = [rescale({ from: [0, 1], to }), standardise()];
    expect(await bitsOf(dequantize, layers, raw, standardNormal())).toBeCloseTo(expected, 3);
  }
});

test('images of fewer bits have at most so many, of a model that knows nothing', async () => {
  const data = Uint8Array.from({ length: 8 * 16 }, (_, i) => (i * 37) % 256);
  const images = imagesFrom({ shape: [8, 4, 4], data });
  for (const bits of [1, 3, 5, 8]) {
    const { bins, ...reduced } = reduceBits(images, { bits });
    const raw = toTensor(reduced);
    expect(await bitsOf(uniformDequantize({ bins }), [], raw)).toBeCloseTo(bits + marginBits(bins), 5);
  }
});
