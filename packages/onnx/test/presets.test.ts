import { flow, mixture, normal } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { gaussianMixture } from '@diffeo/tables';
import { randomiseParams } from '@diffeo/testing';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { onnxError } from './lib/onnx-error.ts';
import { webRuntime } from './lib/onnx-runtime.ts';
import { presetTrials } from './lib/preset-trials.ts';

beforeAll(async () => {
  await useWasm();
});

describe('every preset of ours, in ONNX Runtime', () => {
  it.each(presetTrials)('$name', async ({ allowed, error }) => {
    expect(await error(webRuntime)).toBeLessThan(allowed);
  });

  it('are found', () => {
    expect(presetTrials.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['realNVP', 'maf', 'glow', 'realNVPImage']),
    );
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
    const x = normal([6, 3], 5);
    const params = randomiseParams(model.layout, await model.start(model.init(1), x, {}), 2, 0.1);
    expect(await onnxError(model, params, 'logProb', { x })).toBeLessThan(1e-4);
  });
});
