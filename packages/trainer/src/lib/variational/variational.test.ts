import {
  copyParams,
  defineBase,
  diagonalNormal,
  type Flow,
  type FlowParams,
  flow,
  fold,
  leaf,
  mapParams,
  normal,
  normalMixture,
} from '@diffeo/core';
import { gradients } from '@diffeo/core/gradients';
import { realNVP } from '@diffeo/layers-coupling';
import { add, matMul, memory, mul, neg, square, sub, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { expect, test } from 'vitest';
import { bananaEvidence, logBanana } from '../../../test/banana.ts';
import { useWasm } from '../backend/backend.ts';
import { minimise } from '../fit/minimise.ts';
import type { Loss } from '../training/loss.ts';
import { importanceSample } from './importance-sample.ts';
import { importanceWeightedBound } from './importance-weighted-bound.ts';
import { reverseKL } from './reverse-kl.ts';

await useWasm();
const small = flow({ eventShape: [2], layers: realNVP({ layers: 4, hidden: [32] }) });
const logTwoPi = Math.log(2 * Math.PI);

/** y = Xβ + ε with β ~ N(0, τ²) and ε ~ N(0, σ²), of which posterior and evidence are normal: Bishop 2006, section 3.5. */
const [tau, sigma] = [1.5, 0.7];
const rows = Array.from({ length: 12 }, (_, i) => [1, Math.sin(i), (i % 4) - 1.5]);
const truth = [0.8, -1.2, 0.5];
const responses = rows.map((row, i) => row.reduce((y, x, j) => y + x * (truth[j] as number), 0.6 * Math.cos(7 * i)));
const logJoint = (beta: Tensor): Tensor => {
  const errors = sub(matMul(beta, tensor2d(rows) as never, false, true), tensor2d([responses]));
  const squares = add(mul(sum(square(errors), 1), 1 / sigma ** 2), mul(sum(square(beta), 1), 1 / tau ** 2));
  const constant = -0.5 * (12 * (logTwoPi + 2 * Math.log(sigma)) + 3 * (logTwoPi + 2 * Math.log(tau)));
  return add(mul(squares, -0.5), constant);
};

/** log N(y; 0, σ²I + τ²XXᵀ), by Cholesky. */
function exactEvidence(): number {
  const size = rows.length;
  const lower = rows.map(() => new Float64Array(size));
  const at = (i: number, j: number) =>
    (i === j ? sigma ** 2 : 0) +
    tau ** 2 * (rows[i] as number[]).reduce((s, x, k) => s + x * (rows[j]?.[k] as number), 0);
  const solved = new Float64Array(size);
  let log = -0.5 * size * logTwoPi;
  for (let i = 0; i < size; i++) {
    const row = lower[i] as Float64Array;
    for (let j = 0; j <= i; j++) {
      const other = lower[j] as Float64Array;
      let value = at(i, j);
      for (let k = 0; k < j; k++) value -= (row[k] as number) * (other[k] as number);
      row[j] = i === j ? Math.sqrt(value) : value / (other[j] as number);
    }
    let y = responses[i] as number;
    for (let k = 0; k < i; k++) y -= (row[k] as number) * (solved[k] as number);
    solved[i] = y / (row[i] as number);
    log -= Math.log(row[i] as number) + 0.5 * (solved[i] as number) ** 2;
  }
  return log;
}

test('the evidence of a conjugate regression is found within 0.01 nats', async () => {
  const model = flow({ eventShape: [3], layers: realNVP({ layers: 4, hidden: [16] }) });
  const loss = reverseKL(model, logJoint);
  const { params } = await minimise(model, loss, { steps: 600, batchSize: 64, learningRate: 1e-2, seed: 1 });
  const found = await importanceSample(model, params, logJoint, { count: 20_000, seed: 2 });
  const exact = exactEvidence();
  expect(Math.abs(found.logEvidence - exact)).toBeLessThan(0.01);
  expect(Math.abs(found.logEvidence - exact)).toBeLessThan(5 * found.standardError + 1e-4);
  expect(found.bound).toBeLessThan(exact);
  expect(exact - found.bound).toBeLessThan(0.02);
  expect(found.effectiveSampleSize).toBeGreaterThan(0.75 * 20_000);
});

/** The gradient of a loss, averaged over so many draws of it, as one vector. */
function meanGradient(model: Flow, params: FlowParams, { draw, value }: Loss, batch: number, times: number): number[] {
  let total: number[] = [];
  for (let i = 0; i < times; i++) {
    const seed = fold(9, i);
    const inputs = draw?.({ params, inputs: {}, rows: batch, seed, step: 0, steps: 1 }) ?? {};
    const found = gradients(model.layout, params, (tree) => value(tree, inputs, { seed, training: true }));
    const numbers = found.gradients.flatMap(({ tensor }) => [...tensor.dataSync()]);
    total = numbers.map((number, j) => (total[j] ?? 0) + number / times);
    for (const tensor of [found.value, ...found.gradients.map((g) => g.tensor), ...Object.values(inputs)])
      tensor.dispose();
  }
  return total;
}
const length = (vector: readonly number[]) => Math.hypot(...vector);
const apart = (a: readonly number[], b: readonly number[]) =>
  length(a.map((value, i) => value - (b[i] as number))) / length(b);

/** Parameters away from the identity, and their own density as the target. */
const bent = mapParams(small.layout, small.init(3), (tensor, path, leaf) =>
  tensor && leaf.trainable ? add(tensor, mul(normal(tensor.shape, path.length), 0.05)) : tensor,
);
const copied = copyParams(small.layout, bent);
const itself = (x: Tensor) => small.logProb(copied, x);

test('by path gradients a flow that is the density stays there, and without them it is pushed about', () => {
  const noise = length(meanGradient(small, bent, reverseKL(small, itself, { pathGradient: false }), 64, 1));
  const stuck = length(meanGradient(small, bent, reverseKL(small, itself, { pathGradient: true }), 64, 1));
  expect(noise).toBeGreaterThan(0.02);
  expect(stuck).toBeLessThan(1e-4 * noise + 1e-5);
  const bound = importanceWeightedBound(small, itself, { samples: 4 });
  expect(length(meanGradient(small, bent, bound, 16, 1))).toBeLessThan(1e-4 * noise + 1e-5);
  const noisy = importanceWeightedBound(small, itself, { samples: 4, pathGradient: false });
  expect(length(meanGradient(small, bent, noisy, 16, 1))).toBeGreaterThan(0.02);
});

test('path gradients have the mean of the others', () => {
  const target = (x: Tensor) => neg(sum(square(sub(x, 1)), 1));
  const of = (loss: Loss) => meanGradient(small, bent, loss, 512, 30);
  const kl = of(reverseKL(small, target, { pathGradient: false }));
  expect(apart(of(reverseKL(small, target, { pathGradient: true })), kl)).toBeLessThan(0.05);
  const bound = of(importanceWeightedBound(small, target, { samples: 4, pathGradient: false }));
  expect(apart(of(importanceWeightedBound(small, target, { samples: 4 })), bound)).toBeLessThan(0.08);
  // They are not the same thing.
  expect(apart(bound, kl)).toBeGreaterThan(0.2);
});

test('with more samples the bound is nearer to the evidence', async () => {
  const params = small.init(1);
  const bounds = await Promise.all(
    [1, 8, 64].map(async (samples) => {
      const loss = importanceWeightedBound(small, logBanana, { samples });
      const { startValidation } = await minimise(small, loss, {
        ...{ steps: 1, learningRate: 0, params, seed: 4, batchSize: 32, validationRows: 512 },
      });
      return bananaEvidence + (startValidation as number);
    }),
  );
  const [one, some, many] = bounds as [number, number, number];
  expect(one).toBeGreaterThan(some);
  expect(some).toBeGreaterThan(many);
  expect(many).toBeGreaterThan(-0.05);
});

test('an annealed run begins with a flatter density, and is validated on the density itself', async () => {
  const scale: number[] = [];
  const seen = (x: Tensor) => mul(sum(square(x), 1), -0.5);
  const loss = reverseKL(small, seen, { annealed: { from: 0.2, share: 0.5 } });
  const draw = (step: number) => {
    const inputs = loss.draw?.({ params: small.init(1), inputs: {}, rows: 2, seed: 1, step, steps: 100 });
    return inputs?.['beta']?.dataSync()[0] as number;
  };
  for (const step of [0, 25, 50, 99, 100]) scale.push(draw(step));
  for (const [i, expected] of [0.2, 0.6, 1, 1, 1].entries()) expect(scale[i]).toBeCloseTo(expected, 6);
  const plain = reverseKL(small, seen);
  const options = { steps: 1, learningRate: 0, seed: 4, validationRows: 64 };
  const [annealed, usual] = [await minimise(small, loss, options), await minimise(small, plain, options)];
  expect(annealed.startValidation).toBe(usual.startValidation);
  expect(annealed.history[0]?.train).not.toBe(usual.history[0]?.train);
});

test('under a context a flow learns the posterior of each', async () => {
  // β given y, for y = β + ε: normal around y/2, of variance 1/2.
  const model = flow({
    ...{ eventShape: [1], contextShape: [1] },
    layers: realNVP({ layers: 2, hidden: [16] }),
    base: diagonalNormal(),
  });
  const joint = (beta: Tensor, y?: Tensor) => mul(sum(add(square(beta), square(sub(y as Tensor, beta))), 1), -0.5);
  const data = { x: zeros([512, 1]), context: normal([512, 1], 1) };
  const options = { data, steps: 400, batchSize: 128, learningRate: 1e-2, seed: 1, validation: 0 };
  const { params } = await minimise(model, reverseKL(model, joint), options);
  for (const y of [-1, 1]) {
    const drawn = model.sample(params, { count: 4000, seed: 1, context: tensor2d([[y]]) }).dataSync() as Float32Array;
    const mean = drawn.reduce((total, value) => total + value, 0) / 4000;
    const variance = drawn.reduce((total, value) => total + (value - mean) ** 2, 0) / 4000;
    expect(Math.abs(mean - y / 2)).toBeLessThan(0.1);
    expect(Math.abs(variance - 0.5)).toBeLessThan(0.1);
  }
});

test('a base whose network begins with zeros moves its samples all the same', () => {
  const base = defineBase({
    ...{ type: 'test/conditional-normal', version: 1, schema: strictObject({}) },
    build: (_, { eventShape, contextShape }) => {
      const mean = ({ hidden, output }: { hidden: Tensor; output: Tensor }, context: Tensor | undefined) =>
        matMul(matMul(context as never, hidden as never), output as never);
      return {
        ...{ eventShape, contextShape, layout: { hidden: leaf([1, 3]), output: leaf([3, 2]) } },
        init: (seed) => ({ hidden: normal([1, 3], seed), output: zeros([3, 2]) }),
        logProb: (params, z, { context }) => mul(sum(square(sub(z, mean(params, context))), 1), -0.5),
        sample: (params, count, seed, _, { context }) => add(normal([count, 2], seed), mean(params, context)),
      };
    },
  });
  const model = flow({ eventShape: [2], contextShape: [1], layers: [], base: base() });
  const params = model.init(1);
  const loss = reverseKL(model, logBanana);
  const before = memory().numTensors;
  const inputs = loss.draw?.({ params, inputs: {}, rows: 4, seed: 1, step: 0, steps: 1 }) ?? {};
  expect(memory().numTensors - before).toBe(Object.keys(inputs).length);
});

test('what cannot be meant is refused', async () => {
  const params = small.init(1);
  const mixed = flow({ eventShape: [2], layers: [], base: normalMixture() });
  const options = { count: 10, seed: 1 };
  const before = memory().numTensors;
  const rejected = (run: Promise<unknown>) =>
    run.then(
      () => expect.fail('accepted'),
      (error) => error,
    );
  expect(await rejected(minimise(mixed, reverseKL(mixed, logBanana)))).toMatchObject({ code: 'CONFIG' });
  expect(
    await rejected(
      minimise(
        small,
        reverseKL(small, () => zeros([1])),
      ),
    ),
  ).toMatchObject({ code: 'SHAPE' });
  expect(await rejected(importanceSample(small, params, (x) => sum(x), options))).toMatchObject({ code: 'SHAPE' });
  const nowhere = (x: Tensor) => mul(sum(square(x), 1), -Infinity);
  expect(await rejected(importanceSample(small, params, nowhere, options))).toMatchObject({ code: 'NOT_FINITE' });
  const nan = (x: Tensor) => mul(sum(x, 1), Number.NaN);
  expect(await rejected(importanceSample(small, params, nan, options))).toMatchObject({ code: 'NOT_FINITE' });
  expect(() => reverseKL(small, logBanana, { path: true } as object)).toThrow(/no option 'path'/);
  expect(() => reverseKL(small, logBanana, { annealed: { from: 2 } })).toThrow(/from must be/);
  expect(() => importanceWeightedBound(small, logBanana, { samples: 0 })).toThrow(/samples must be/);
  expect(memory().numTensors - before).toBeLessThan(30);
});
