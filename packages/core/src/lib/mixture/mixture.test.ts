import '@tensorflow/tfjs-backend-cpu';
import { add, mean, ready, setBackend, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { addNoise } from '../../../test/example-parts.ts';
import { diagonalNormal } from '../bases/diagonal-normal.ts';
import { coreDefinitions } from '../contract/core-definitions.ts';
import { flow } from '../flow/flow.ts';
import { negativeLogLikelihood } from '../flow/loss.ts';
import { gradients } from '../gradients/gradients.ts';
import { load } from '../model/load.ts';
import { save } from '../model/save.ts';
import { disposeParams } from '../params/params.ts';
import { isFlow } from './is-flow.ts';
import { mixture } from './mixture.ts';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const definitions = coreDefinitions;
const around = (mean: number) =>
  flow({ eventShape: [1], layers: [], base: diagonalNormal({ mean: [mean], scale: [0.5] }) });
const model = mixture([around(-3), around(3)]);
const weighted = (weights: readonly number[]) => ({
  ...model.init(1),
  logits: tensor1d(weights.map((weight) => Math.log(weight) + 7)),
});
const x = tensor2d([-3, 0, 2.5, 9], [4, 1]);

test('its density is the weighted sum of those of its members, and integrates to 1', () => {
  const params = weighted([0.25, 0.75]);
  const density = (v: number, mean: number) =>
    Math.exp(-0.5 * ((v - mean) / 0.5) ** 2) / (0.5 * Math.sqrt(2 * Math.PI));
  const expected = Array.from(x.dataSync(), (v) => Math.log(0.25 * density(v, -3) + 0.75 * density(v, 3)));
  for (const [i, score] of model.logProb(params, x).dataSync().entries())
    expect(score).toBeCloseTo(expected[i] as number, 4);
  const grid = tensor2d(
    Array.from({ length: 2000 }, (_, i) => -10 + i / 100),
    [2000, 1],
  );
  const mass = Array.from(model.logProb(params, grid).dataSync()).reduce((sum, log) => sum + Math.exp(log) / 100, 0);
  expect(mass).toBeCloseTo(1, 3);
});

test('samples come from each member as often as it weighs, and the same seed gives the same', () => {
  const params = weighted([0.25, 0.75]);
  const drawn = model.sample(params, { count: 4000, seed: 3 });
  const share = Array.from(drawn.dataSync()).filter((v) => v > 0).length / 4000;
  expect(Math.abs(share - 0.75)).toBeLessThan(0.03);
  expect(model.sample(params, { count: 4000, seed: 3 }).dataSync()).toEqual(drawn.dataSync());
  expect(mean(drawn).dataSync()[0]).toBeCloseTo(1.5, 0);
});

test('a file gives it again, and who expects one flow is told', async () => {
  const nested = mixture([model, around(0)]);
  const params = { ...nested.init(1), logits: tensor1d([0.1, 0.4]) };
  const bytes = await save(nested, params, { metadata: { about: 'two' } });
  const again = load(bytes, { definitions, mixtures: true });
  expect(again.model.logProb(again.params, x).dataSync()).toEqual(nested.logProb(params, x).dataSync());
  expect([again.metadata['about'], isFlow(again.model)]).toEqual(['two', false]);
  expect(await save(again.model, again.params, { metadata: { about: 'two' } })).toEqual(bytes);
  expect(() => load(bytes, { definitions })).toThrow(/a mixture of 2, not one flow.*mixtures: true/);
});

test('weights and members have gradients', () => {
  const params = weighted([0.5, 0.5]);
  const found = gradients(model.layout, params, (given) => negativeLogLikelihood(model, given, x));
  const own = found.gradients.find(({ path }) => path === 'logits')?.tensor;
  const step = 1e-2;
  const nll = (by: number) =>
    negativeLogLikelihood(
      model,
      { ...params, logits: add(params.logits, tensor1d([by, 0])) },
      x,
    ).dataSync()[0] as number;
  expect(own?.dataSync()[0]).toBeCloseTo((nll(step) - nll(-step)) / (2 * step), 2);
});

describe('what needs one base is refused by name', () => {
  test.each(['toBase', 'toData', 'trace', 'drawBase', 'sampleWithLogProb'] as const)('%s', (name) => {
    expect(() => (model as unknown as Record<string, unknown>)[name]).toThrow(`a mixture of 2 has no ${name}`);
  });
  test('temperature', () => {
    const params = model.init(1);
    expect(() => model.sample(params, { count: 2, seed: 1, temperature: 0.5 })).toThrow('has no temperature');
    expect(model.sample(params, { count: 2, seed: 1, temperature: 1 }).shape).toEqual([2, 1]);
    disposeParams(model.layout, params);
  });
});

test('members that do not go together are refused', () => {
  const pair = flow({ eventShape: [2], layers: [] });
  expect(() => mixture([around(0), pair])).toThrow(/members\.1 is of another event or context shape/);
  const discrete = flow({ eventShape: [1], dequantize: addNoise(), layers: [] });
  expect(() => mixture([around(0), discrete])).toThrow(/either all members dequantize or none; see members\.1/);
  expect(() => mixture([])).toThrow(/members must be a list/);
  expect(() => mixture([around(0), {} as never])).toThrow(/members\.1/);
});
