import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type DiffeoError, defineNetwork, type FlowParams, flow, load, normal, type Spec, save } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { mlp } from '@diffeo/networks';
import { randomiseParams } from '@diffeo/testing';
import { add, concat, mul, neg, reshape, setBackend, slice, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { custom, strictObject } from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { continuous } from './continuous.ts';
import { continuousDefinitions } from './continuous-definitions.ts';
import { ffjord } from './presets.ts';

const numbers = (x: Tensor): number[] => [...x.dataSync()];
const furthest = (a: Tensor, b: Tensor): number =>
  numbers(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b.dataSync()[i] as number))), 0);

beforeAll(async () => {
  await setBackend('wasm');
  registerGradients();
  [x, context] = [normal([5, dimensions], 3), normal([5, 2], 4)];
});

/** A network that does not say that it is a plain stack. */
const opaque = defineNetwork({
  type: 'test/opaque',
  version: 1,
  schema: strictObject({ inside: custom<Spec<'network'>>(() => true) }),
  build:
    ({ inside }, site) =>
    (inputShape, outputShape) => {
      const { stack: _, ...network } = site.build(inside, 'network')(inputShape, outputShape);
      return network;
    },
});

const fixed = { solver: { method: 'midpoint', steps: 2 }, training: { steps: 2 } };
const dimensions = 3;
const modelOf = (network: Spec<'network'>, options: object = fixed) =>
  flow({ eventShape: [dimensions], contextShape: [2], layers: [continuous({ network, ...options })] });
let x: Tensor;
let context: Tensor;

describe('the divergence', () => {
  test.each([
    ['no hidden layer', { hidden: [] }],
    ['one', { hidden: [7] }],
    ['two', { hidden: [7, 5] }],
    ['two residual ones', { hidden: [7, 7], residual: true }],
    ['a first layer that adds its input', { hidden: [6, 6], residual: true }],
    ['three', { hidden: [7, 5, 5], residual: true }],
    ['two with elu', { hidden: [7, 5], activation: 'elu' as const }],
  ])('of a network of %s is that of differentiation, with its gradients', (_, options) => {
    const network = mlp({ activation: 'tanh', ...options });
    const closed = modelOf(network);
    const taped = modelOf(opaque({ inside: network }));
    const params = randomiseParams(closed.layout, closed.init(1), 2, 0.4) as FlowParams;
    const weights = closed.layout.layers.length === 1 ? Object.values(Object(params.layers[0]).network as object) : [];
    const logProbs = [closed, taped].map((model) => model.logProb(params, x, { context }));
    expect(furthest(logProbs[0] as Tensor, logProbs[1] as Tensor)).toBeLessThan(2e-5);
    const of = [x, context, ...weights.flatMap((layer) => Object.values(layer as Record<string, Tensor>))];
    const grads = [closed, taped].map((model) => {
      const found = differentiate(() => sum(model.logProb(params, x, { context })), of).grads;
      return concat(found.map((gradient, i) => reshape(gradient ?? zeros((of[i] as Tensor).shape), [-1])));
    });
    expect(furthest(grads[0] as Tensor, grads[1] as Tensor)).toBeLessThan(2e-4);
  });

  test('by random signs is right on average, the same for a seed in both directions, and for all rows without one', () => {
    const network = mlp({ hidden: [7, 7, 7], activation: 'tanh' });
    const exact = modelOf(network);
    const params = randomiseParams(exact.layout, exact.init(1), 2, 0.4) as FlowParams;
    const of = (divergence: object) => modelOf(network, { ...fixed, divergence }).bijector;
    const { logDet } = exact.bijector.inverse(params.layers, x, { context });
    const estimate = of({ probes: 100 }).inverse(params.layers, x, { context, seed: 7 });
    expect(furthest(estimate.logDet, logDet)).toBeLessThan(0.2);
    const fewer = of({ probes: 3 }).inverse(params.layers, x, { context, seed: 7 });
    expect(furthest(fewer.value, estimate.value)).toBeLessThan(1e-6);
    const single = of({ probes: 1 });
    const there = single.inverse(params.layers, x, { context, seed: 7 });
    const back = single.forward(params.layers, there.value, { context, seed: 7 });
    expect(furthest(there.logDet, logDet)).toBeGreaterThan(0.01);
    expect(furthest(neg(back.logDet), there.logDet)).toBeLessThan(2e-3);
    const row = (tensor: Tensor, i: number) => slice(tensor, [i, 0], [1, tensor.shape[1] as number]);
    const alone = single.inverse(params.layers, row(x, 3), { context: row(context, 3) }).logDet;
    expect(numbers(alone)[0]).toBeCloseTo(
      numbers(single.inverse(params.layers, x, { context }).logDet)[3] as number,
      5,
    );
  });
});

describe('adaptive steps', () => {
  const network = mlp({ hidden: [8, 8], activation: 'tanh' });
  const at = (tolerance: number, maxEvaluations = 5000) => modelOf(network, { solver: { tolerance, maxEvaluations } });
  const fine = at(1e-6);
  const params = () => randomiseParams(fine.layout, fine.init(1), 2, 0.8) as FlowParams;

  test('are as fine as they are told, and finer ones agree', () => {
    const truth = modelOf(network, { solver: { steps: 200 } }).logProb(params(), x, { context });
    const off = [1e-2, 1e-4, 1e-6].map((tolerance) => furthest(at(tolerance).logProb(params(), x, { context }), truth));
    expect(off[1]).toBeLessThan(1e-3);
    expect(off[2]).toBeLessThan(2e-5);
    expect(off[0]).toBeGreaterThan(off[2] as number);
  });

  test('are each row’s own: a row far out changes nothing for its neighbours', () => {
    // A field that changes fast, and a tolerance that it does not meet with the longest steps there are: other steps end elsewhere, by 1e-3.
    const own = randomiseParams(fine.layout, fine.init(1), 2, 2) as FlowParams;
    const model = at(1e-3);
    const far = concat([x, mul(x, 300)], 0);
    const alone = model.toBase(own, x, { context });
    const beside = model.toBase(own, far, { context: concat([context, mul(context, 5)], 0) });
    expect(furthest(slice(beside.value, [0, 0], [5, dimensions]), alone.value)).toBeLessThan(1e-6);
    expect(furthest(slice(beside.logDet, [0], [5]), alone.logDet)).toBeLessThan(1e-5);
  });

  test('have the gradients of the steps that were taken', () => {
    const model = at(1e-6);
    const own = params();
    const [gradient] = differentiate(() => sum(model.logProb(own, x, { context })), [x]).grads as [Tensor];
    const along = normal(x.shape, 9);
    const value = (by: number) =>
      numbers(tidied(() => sum(model.logProb(own, add(x, mul(along, by)), { context }))))[0] as number;
    expect(numbers(sum(mul(gradient, along)))[0]).toBeCloseTo((value(0.01) - value(-0.01)) / 0.02, 1);
  });

  test('end in an error that names the row where there would be too many', () => {
    const model = at(1e-6, 10);
    const run = () => model.logProb(params(), mul(x, 3), { context });
    expect(run).toThrow(
      expect.objectContaining({
        code: 'INEXACT',
        message: expect.stringMatching(/layers\.0.*: row \d was not solved.*10 evaluations/),
      }) as DiffeoError,
    );
  });
});

describe('ffjord()', () => {
  test('is saved and loaded with its solver, and gives the same bits', async () => {
    const model = flow({ eventShape: [2], layers: ffjord({ layers: 2, hidden: [8], tolerance: 1e-4 }) });
    const params = randomiseParams(model.layout, model.init(1), 2) as FlowParams;
    const again = load(await save(model, params), { definitions: continuousDefinitions });
    const rows = normal([6, 2], 5);
    expect(numbers(again.model.logProb(again.params as FlowParams, rows))).toEqual(
      numbers(model.logProb(params, rows)),
    );
    const z = model.toBase(params, rows).value;
    expect(furthest(model.toData(params, z), rows)).toBeLessThan(1e-3);
  });

  test.each([
    [() => ffjord({ activation: 'relu' as never }), 'CONFIG', /activation/],
    [() => ffjord({ atol: 1e-5 } as object), 'CONFIG', /tolerance/],
    [() => flow({ eventShape: [2], layers: [continuous({ network: mlp() })] }), 'SHAPE', /must be smooth/],
    [() => continuous({ solver: { tolerance: 1e-9 } }), 'CONFIG', /solver/],
    [() => continuous({ solver: { method: 'euler', steps: 3 } as never }), 'CONFIG', /solver/],
  ])('%# is refused', (make, code, message) => {
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }) as DiffeoError);
  });
});
