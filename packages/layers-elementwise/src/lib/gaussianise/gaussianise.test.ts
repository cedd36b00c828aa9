import '@tensorflow/tfjs-backend-cpu';
import { type Flow, type FlowParams, flow, randomSource } from '@diffeo/core';
import { ready, setBackend, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { gaussianise } from './gaussianise.ts';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const numbers = (count: number, draw: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => draw(i));
const column = (values: readonly number[]) => tensor2d([...values], [values.length, 1]);

async function started(values: readonly number[], knots = 65): Promise<{ model: Flow; params: FlowParams }> {
  const model = flow({ eventShape: [1], layers: [gaussianise({ knots })] });
  return { model, params: await model.start(model.init(1), column(values)) };
}

/** The mean log-likelihood of numbers, nats. */
const meanLogProb = ({ model, params }: Awaited<ReturnType<typeof started>>, values: readonly number[]): number => {
  const scores = tidy(() => Array.from(model.logProb(params, column(values)).dataSync()));
  return scores.reduce((sum, score) => sum + score, 0) / values.length;
};

const source = randomSource(1);
/** Densities with the mean of their log-density. */
const known: Readonly<Record<string, { draw: () => number; entropy: number; within: number }>> = {
  'a normal': { draw: () => 7 + 3 * source.normal(), entropy: 0.5 * Math.log(2 * Math.PI * Math.E * 9), within: 0.05 },
  'a log-normal': { draw: () => Math.exp(source.normal()), entropy: 0.5 * Math.log(2 * Math.PI * Math.E), within: 0.1 },
  uniform: { draw: () => 100 + source.uniform(), entropy: 0, within: 0.12 },
  'two narrow groups': {
    draw: () => (source.uniform() < 0.5 ? -5 : 5) + 0.01 * source.normal(),
    entropy: Math.LN2 + 0.5 * Math.log(2 * Math.PI * Math.E * 1e-4),
    within: 0.1,
  },
  'zero, but for noise, in three of four': {
    draw: () => (source.uniform() < 0.75 ? source.uniform() * 0.02 - 0.01 : 5 - 4 * Math.log(1 - source.uniform())),
    entropy: -(0.75 * Math.log(0.75 / 0.02) + 0.25 * (Math.log(0.25 / 4) - 1)),
    within: 0.2,
  },
};

for (const [name, { draw, entropy, within }] of Object.entries(known)) {
  test(`2,000 numbers of ${name} are known to ${within} nats`, async () => {
    const fitted = await started(numbers(2000, draw));
    expect(-meanLogProb(fitted, numbers(4000, draw)) - entropy).toBeLessThan(within);
  });
}

test('what comes out is a standard normal', async () => {
  const draw = () => Math.exp(source.normal());
  const { model, params } = await started(numbers(2000, draw));
  const z = Array.from(model.toBase(params, column(numbers(4000, draw))).value.dataSync());
  const mean = z.reduce((sum, value) => sum + value, 0) / z.length;
  const deviation = Math.sqrt(z.reduce((sum, value) => sum + (value - mean) ** 2, 0) / z.length);
  expect(Math.abs(mean)).toBeLessThan(0.08);
  expect(Math.abs(deviation - 1)).toBeLessThan(0.08);
});

describe('numbers far out', () => {
  test('a million deviations away are rare, not absurd, and come back', async () => {
    const { model, params } = await started(numbers(500, () => 5 + 2 * source.normal()));
    const far = [2e6, -2e6, 1e4, -1e4, 300];
    const scores = model.logProb(params, column(far)).dataSync();
    for (const score of scores) expect(score).toBeGreaterThan(-500);
    const { value } = model.toBase(params, column(far));
    for (const [i, x] of model.toData(params, value).dataSync().entries()) {
      expect(Math.abs(x / (far[i] as number) - 1)).toBeLessThan(1e-4);
    }
  });

  test('in the data leave the others where they are', async () => {
    const ordinary = numbers(1000, () => source.normal());
    const [alone, beside] = [await started(ordinary), await started([...ordinary.slice(1), 1e6])];
    const fresh = numbers(1000, () => source.normal());
    expect(meanLogProb(alone, fresh) - meanLogProb(beside, fresh)).toBeLessThan(0.15);
  });
});

test('few rows, ties, one number alone, offsets and tiny units are sound in both directions', async () => {
  const columns: Readonly<Record<string, readonly number[]>> = {
    'eight rows': [1, 2, 2.5, 3, 4, 5, 8, 9],
    'two rows': [1, 2],
    'one row': [3],
    'whole numbers': numbers(500, () => source.integer(5)),
    'two values': numbers(100, (i) => i % 2),
    'one value': numbers(20, () => 1e6),
    'mostly one value': [...numbers(99, () => 0), 1e9],
    years: numbers(300, () => 2000 + source.integer(21)),
    tiny: numbers(300, () => 1e-20 * source.normal()),
    huge: numbers(300, () => 1e20 * source.normal()),
  };
  for (const [name, values] of Object.entries(columns)) {
    const { model, params } = await started(values);
    const x = column(values);
    const scores = model.logProb(params, x).dataSync();
    const { value } = model.toBase(params, x);
    const back = model.toData(params, value).dataSync();
    const spread = Math.max(...values) - Math.min(...values) || 1;
    const size = Math.max(...values.map(Math.abs));
    for (const [i, original] of values.entries()) {
      expect(Number.isFinite(scores[i]), name).toBe(true);
      expect(Math.abs((back[i] as number) - original), name).toBeLessThan(1e-4 * spread + 1e-5 * size);
    }
  }
});

test('half a million rows start in one pass that keeps some of them', async () => {
  const model = flow({ eventShape: [1], layers: [gaussianise()] });
  let [passes, chunk] = [0, 0];
  const rows = column(numbers(20_000, (i) => Math.sin(i) + (i % 7)));
  const params = await model.start(model.init(1), function* () {
    passes++;
    for (chunk = 0; chunk < 25; chunk++) yield { x: rows };
  });
  expect([passes, chunk]).toEqual([1, 25]);
  const z = Array.from(model.toBase(params, rows).value.dataSync());
  const mean = z.reduce((sum, value) => sum + value, 0) / z.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
});
