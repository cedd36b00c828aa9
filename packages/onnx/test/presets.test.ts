import { type Density, flow, mixture, normal, type Shape, uniformBox } from '@diffeo/core';
import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { gaussianMixture } from '@diffeo/tables';
import { randomiseParams } from '@diffeo/testing';
import { useWasm } from '@diffeo/trainer';
import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { onnxError } from './lib/onnx-error.ts';
import { presets } from './lib/own-packages.ts';

const rows = 4;
const tolerance = 1e-4;
/** At least as many as make autoregressive layers of four numbers exact, and as continuous ones take steps. */
const rounds = 6;

beforeAll(async () => {
  await useWasm();
});

async function trained<P>(model: Density<P>, x: Tensor, context: object): Promise<P> {
  return randomiseParams(model.layout, await model.start(model.init(1), x, context), 2, 0.1);
}

describe('every preset of ours, in ONNX Runtime', () => {
  const small = { coupling: imageCoupling, levels: 2, width: 8 };
  const found = presets([{ layers: 2, hidden: [8] }, { ...small, steps: 1 }, small, {}]);
  it.each(found)('%s', async (name, layers) => {
    const eventShape: Shape = layers.some(({ $type }) => $type.endsWith('multi-scale')) ? [8, 8, 2] : [4];
    // Angles have a base of angles.
    const base = name.startsWith('circular') ? { base: uniformBox({ low: -Math.PI, high: Math.PI }) } : {};
    const model = flow({ eventShape, contextShape: [2], layers, ...base });
    const x = mul(normal([rows, ...eventShape], 5), 0.5);
    const context = normal([rows, 2], 6);
    const params = await trained(model, x, { context });
    const z = model.toBase(params, x, { context }).value;
    expect(await onnxError(model, params, 'logProb', { x, context }, rounds), name).toBeLessThan(tolerance);
    expect(await onnxError(model, params, 'toData', { z, context }, rounds), name).toBeLessThan(tolerance);
  });

  it('are found', () => {
    expect(found.map(([name]) => name)).toEqual(expect.arrayContaining(['realNVP', 'maf', 'glow', 'realNVPImage']));
  });
});

describe('mixtures', () => {
  it('have logProb', async () => {
    const layers = [standardise(), ...realNVP({ layers: 2, hidden: [8] })];
    const members = [
      flow({ eventShape: [3], layers }),
      mixture([flow({ eventShape: [3], layers: [standardise()], base: gaussianMixture({ components: 2 }) })]),
    ];
    const model = mixture(members);
    const x = normal([rows, 3], 5);
    const params = await trained(model, x, {});
    expect(await onnxError(model, params, 'logProb', { x })).toBeLessThan(tolerance);
  });
});
