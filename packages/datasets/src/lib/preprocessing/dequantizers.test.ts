import '@tensorflow/tfjs-backend-wasm';
import {
  disposeParams,
  type Flow,
  type FlowParams,
  flow,
  mapParams,
  negativeLogLikelihood,
  type Shape,
  type Spec,
} from '@diffeo/core';
import { gradients, registerGradients } from '@diffeo/core/gradients';
import { affineCoupling, imageCoupling } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { actnorm } from '@diffeo/layers-glow';
import { mlp } from '@diffeo/networks';
import { randomiseParams } from '@diffeo/testing';
import { mean, ready, setBackend, type Tensor, tensor, tensor2d, tidy, train, variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { leastMargin } from './bins.ts';
import { padImages } from './pad-images.ts';
import { uniformDequantize } from './uniform-dequantize.ts';
import { variationalDequantize } from './variational-dequantize.ts';

const draws = 20_000;
const bins = 3;
const noiseLayers = () => [
  actnorm(),
  affineCoupling({ conditioner: mlp({ hidden: [4] }) }),
  affineCoupling({ swap: true, conditioner: mlp({ hidden: [4] }) }),
];
const dequantizers: [string, Shape, Spec<'dequantizer'>][] = [
  ['uniform', [2], uniformDequantize({ bins })],
  ['variational', [2], variationalDequantize({ bins, layers: noiseLayers() })],
  ['padded and uniform', [1, 1, 1], padImages({ to: [1, 2], dequantizer: uniformDequantize({ bins }) })],
  [
    'padded and variational',
    [1, 1, 1],
    padImages({
      to: [1, 2],
      fill: 'edge',
      dequantizer: variationalDequantize({ bins, layers: [imageCoupling({ mask: 'checkerboard', width: 4 })] }),
    }),
  ],
];

/** Every raw event there is. */
const allEvents = (size: number): number[][] =>
  size === 0 ? [[]] : allEvents(size - 1).flatMap((rest) => Array.from({ length: bins }, (_, k) => [...rest, k]));

const repeated = (event: readonly number[], shape: Shape): Tensor =>
  tensor(
    Float32Array.from({ length: draws * event.length }, (_, i) => event[i % event.length] as number),
    [draws, ...shape],
  );

const started = async (model: Flow, raw: Tensor, noise: number): Promise<FlowParams> =>
  randomiseParams(model.layout, await model.start(model.init(1), raw, { noise: 1 }), noise, 0.1);

/** P(raw) by importance sampling, and the mean of the bound on its logarithm. */
function probability(model: Flow, params: FlowParams, raw: Tensor): { readonly p: number; readonly bound: number } {
  const scores = tidy(() => model.logProb(params, raw, { noise: 11 }).dataSync());
  let [p, bound] = [0, 0];
  for (const score of scores) {
    p += Math.exp(score) / draws;
    bound += score / draws;
  }
  return { p, bound };
}

/** The standard normal distribution function (Abramowitz & Stegun 26.2.17, to 7.5e-8). */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z > 0 ? 1 - tail : tail;
}

/** What a standard normal gives, through the logit, to one bin: the integral over its cell but for its margins. */
function cell(bin: number): number {
  const at = (border: number): number => {
    const s = 0.05 + 0.9 * (border / bins);
    return normalCdf(Math.log(s / (1 - s)));
  };
  return at(bin + 1 - leastMargin) - at(bin + leastMargin);
}

beforeAll(async () => {
  await setBackend('wasm');
  await ready();
  registerGradients();
});

describe.each(dequantizers)('%s', (_, shape, dequantize) => {
  const size = shape.reduce((a, b) => a * b, 1);
  const model = flow({ eventShape: shape, dequantize, layers: [logit()] });
  const pixels = model.baseShape.reduce((a, b) => a * b, 1);

  test('each event has the probability of its cells, the bound lies below it, and all together are at most 1', async () => {
    const raws = allEvents(size).map((event) => ({ event, raw: repeated(event, shape) }));
    const params = await started(model, (raws[1] as (typeof raws)[number]).raw, 5);
    let total = 0;
    for (const { event, raw } of raws) {
      const { p, bound } = probability(model, params, raw);
      total += p;
      expect(bound).toBeLessThanOrEqual(Math.log(p));
      // The pixels of the margin lie in a cell too: the first, or that of the pixel which is repeated.
      const margin = JSON.stringify(dequantize.config).includes('"edge"') ? (event[0] as number) : 0;
      const cells = Array.from({ length: pixels }, (_, i) => cell(event[i] ?? margin));
      const expected = cells.reduce((product, mass) => product * mass, 1);
      expect(Math.abs(p / expected - 1)).toBeLessThan(0.02);
      raw.dispose();
    }
    expect(total).toBeLessThanOrEqual(1 + 0.01);
    // The base's own mass within [0, 1], all of it where nothing is padded.
    const inside = (cell(0) + cell(1) + cell(2)) ** size;
    if (pixels === size) expect(Math.abs(total - inside)).toBeLessThan(0.01);
  });
});

/** Held-out nats per event, before and after some hundred steps of Adam. */
async function trained(
  dequantize: Spec<'dequantizer'>,
  raw: Tensor,
): Promise<{ readonly first: number; readonly last: number }> {
  const layers = [actnorm(), affineCoupling({ conditioner: mlp({ hidden: [8] }) })];
  const model = flow({ eventShape: [2], dequantize, layers });
  const initial = await model.start(model.init(1), raw, { noise: 0 });
  const params = mapParams(
    model.layout,
    initial,
    (leaf, path, { trainable }) => leaf && variable(leaf, trainable, path),
  );
  const heldOut = (): number =>
    tidy(() => {
      const scores = Array.from({ length: 20 }, (_, k) => mean(model.logProb(params, raw, { noise: 10_000 + k })));
      return scores.reduce((total, score) => total - (score.dataSync()[0] as number), 0) / scores.length;
    });
  const first = heldOut();
  const optimiser = train.adam(0.01);
  for (let step = 1; step <= 300; step++) {
    tidy(() => {
      const loss = (tree: FlowParams) => negativeLogLikelihood(model, tree, raw, { noise: step });
      optimiser.applyGradients(
        gradients(model.layout, params, loss).gradients.map(({ path, tensor: slope }) => ({
          name: path,
          tensor: slope,
        })),
      );
    });
  }
  const last = heldOut();
  for (const tree of [initial, params]) disposeParams(model.layout, tree);
  optimiser.dispose();
  return { first, last };
}

test('noise that learns gives a better bound than uniform noise, and none below the entropy', async () => {
  // Two numbers of three bins that are always equal: a density cannot be, with uniform noise.
  const counts = [1, 2, 1];
  const raw = tensor2d(counts.flatMap((count, k) => Array.from({ length: 32 * count }, () => [k, k])));
  const entropy = counts.reduce((total, count) => total - (count / 4) * Math.log(count / 4), 0);
  const uniformly = await trained(uniformDequantize({ bins }), raw);
  const learned = await trained(variationalDequantize({ bins, layers: noiseLayers() }), raw);
  expect(learned.last).toBeLessThan(learned.first - 0.2);
  expect(learned.last).toBeLessThan(uniformly.last - 0.2);
  expect(learned.last).toBeGreaterThan(entropy);
});

test('configurations of version 1, in which bins were called levels, are restored', () => {
  const noise = { levels: 17, layers: [imageCoupling({ width: 4 })] };
  expect(uniformDequantize.restore({ levels: 17 }, 1)).toEqual(uniformDequantize({ bins: 17 }));
  expect(variationalDequantize.restore(noise, 1)).toEqual(variationalDequantize({ bins: 17, layers: noise.layers }));
});
