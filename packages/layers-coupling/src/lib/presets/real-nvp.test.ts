import '@tensorflow/tfjs-backend-cpu';
import { flow, load, normal, save } from '@diffeo/core';
import { installMatchers } from '@diffeo/testing/vitest';
import { setBackend } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { couplingDefinitions } from '../coupling-definitions.ts';
import { type Mask, partition } from '../splits/mask.ts';
import { type RealNVPOptions, realNVP } from './real-nvp.ts';

installMatchers();

interface Config {
  readonly mask: Mask;
  readonly swap: boolean;
  readonly transform: { readonly config: { readonly bound: number } };
  readonly conditioner: { readonly config: object };
}
const configs = (options?: RealNVPOptions) => realNVP(options).map(({ config }) => config as Config);

describe('realNVP', () => {
  beforeAll(async () => {
    await setBackend('cpu');
  });

  test('is eight affine couplings with networks of 64 and 64, unless told otherwise', () => {
    expect(configs()).toHaveLength(8);
    expect(configs()[0]).toMatchObject({
      transform: { config: { bound: 3 } },
      conditioner: { config: { hidden: [64, 64], activation: 'relu', residual: false } },
    });
    const options = { layers: 3, hidden: [5], activation: 'tanh', residual: true, mask: 'halves', bound: 1 } as const;
    expect(configs(options)).toHaveLength(3);
    for (const [i, config] of configs(options).entries()) {
      expect(config).toMatchObject({
        mask: 'halves',
        swap: i % 2 === 1,
        transform: { config: { bound: 1 } },
        conditioner: { config: { hidden: [5], activation: 'tanh', residual: true } },
      });
    }
  });

  test('no coupling keeps what the one before it kept, whatever the mask, seed and size', () => {
    const cases = fc.record({
      mask: fc.constantFrom('halves', 'alternating', 'random'),
      seed: fc.nat(),
      size: fc.integer({ min: 2, max: 9 }),
    });
    fc.assert(
      fc.property(cases, ({ size, ...options }) => {
        const staying = configs({ ...options, layers: 7 }).map(({ mask, swap }) =>
          String(
            partition(mask, swap, size, (message) => {
              throw new RangeError(message);
            }).columns().identityColumns,
          ),
        );
        for (const [i, columns] of staying.slice(1).entries()) expect(columns).not.toBe(staying[i]);
      }),
    );
  });

  test('random masks mix: each pair splits the dimensions otherwise, and another seed otherwise again', () => {
    const masks = (seed: number) => configs({ seed }).map(({ mask }) => JSON.stringify(mask));
    expect(new Set(masks(0)).size).toBe(4);
    expect(new Set([...masks(0), ...masks(1)]).size).toBe(8);
    expect(masks(0)).toEqual(masks(0));
  });

  test.each([[[1]], [[2]], [[5]], [[2, 3]]])('starts near the identity at event shape %j', (eventShape) => {
    const model = flow({ eventShape, layers: realNVP() });
    const x = normal([16, ...eventShape], 1);
    const { value, logDet } = model.bijector.inverse(model.init(1).layers, x, {});
    expect(value).toBeCloseToTensor(x, 0.2);
    expect(logDet).toBeCloseToTensor(Array(16).fill(0), 0.3);
  });

  test('comes back from a file with the same likelihoods, and refuses a context of another width', async () => {
    const model = flow({ eventShape: [3], contextShape: [1], layers: realNVP({ layers: 3, hidden: [8] }) });
    const params = model.init(4);
    const again = load(await save(model, params), { definitions: couplingDefinitions });
    const [x, context] = [normal([5, 3], 1), normal([5, 1], 2)];
    const logProb = again.model.logProb(again.params, x, { context });
    expect(logProb).toBeCloseToTensor(model.logProb(params, x, { context }), 0);
    expect(() => model.logProb(params, x, { context: normal([5, 2], 1) })).toThrow(/needs a context \[batch, 1\]/);
  });
});
