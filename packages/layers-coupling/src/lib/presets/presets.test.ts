import '@tensorflow/tfjs-backend-cpu';
import { flow, load, normal, type Spec, save } from '@diffeo/core';
import { installMatchers } from '@diffeo/testing/vitest';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { couplingDefinitions } from '../coupling-definitions.ts';
import { neuralSpline } from './neural-spline.ts';
import { nice } from './nice.ts';

installMatchers();

const types = (layers: readonly Spec<'layer'>[]) =>
  layers.map(({ config }) => (config as { readonly transform: Spec<'transform'> }).transform.$type);

describe('presets', () => {
  beforeAll(async () => {
    await setBackend('cpu');
  });

  test('neuralSpline is eight couplings with splines of 8 bins in ±4, unless told otherwise', () => {
    expect(types(neuralSpline())).toEqual(Array(8).fill('@diffeo/ops/rational-quadratic'));
    expect(neuralSpline()[1]?.config).toMatchObject({
      swap: true,
      transform: { config: { bins: 8, bound: 4, tails: 'linear' } },
    });
    expect(neuralSpline({ layers: 2, bins: 16, bound: 3 })[0]?.config).toMatchObject({
      transform: { config: { bins: 16, bound: 3 } },
    });
    expect(neuralSpline({ layers: 2, biasScale: 2 })[1]?.config).toMatchObject({
      conditioner: { config: { biasScale: 2 } },
    });
    expect(() => neuralSpline({ bins: 1 })).toThrow(/bins/);
    expect(() => neuralSpline({ knots: 3 } as object)).toThrow(/bins/);
  });

  test('nice keeps volumes but for its last layer, a scale of each dimension', () => {
    expect(types(nice({ layers: 3 }))).toEqual([...Array(3).fill('@diffeo/ops/additive'), '@diffeo/ops/affine']);
    const additive = flow({ eventShape: [3], layers: nice({ layers: 4 }).slice(0, -1) });
    const { logDet } = additive.bijector.inverse(additive.init(1).layers, normal([4, 3], 1), {});
    expect([...logDet.dataSync()]).toEqual([0, 0, 0, 0]);
  });

  test.each([
    ['neuralSpline', neuralSpline({ layers: 3, hidden: [8], outputScale: 1 })],
    ['nice', nice({ layers: 3, hidden: [8], outputScale: 1 })],
  ])('%s comes back from a file with the same likelihoods, with a context', async (_, layers) => {
    const model = flow({ eventShape: [3], contextShape: [1], layers });
    const params = model.init(4);
    const again = load(await save(model, params), { definitions: couplingDefinitions });
    const [x, context] = [normal([5, 3], 1), normal([5, 1], 2)];
    const logProb = again.model.logProb(again.params, x, { context });
    expect(logProb).toBeCloseToTensor(model.logProb(params, x, { context }), 0);
    const other = model.logProb(params, x, { context: normal([5, 1], 3) });
    expect([...other.dataSync()]).not.toEqual([...logProb.dataSync()]);
  });

  test('neuralSpline starts as the identity where its networks start at zero', () => {
    const model = flow({ eventShape: [4], layers: neuralSpline({ outputScale: 0 }) });
    const x = normal([16, 4], 1);
    const { value, logDet } = model.bijector.inverse(model.init(1).layers, x, {});
    expect(value).toBeCloseToTensor(x, 2e-5);
    expect(logDet).toBeCloseToTensor(Array(16).fill(0), 2e-5);
  });
});
