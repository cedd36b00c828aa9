import { diagonalNormal, flow, normal, normalMixture, randomSource } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { add, memory, mul, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';

beforeAll(() => useWasm());

const source = randomSource(3);
const column = (values: readonly number[]): Tensor => tensor([...values], [values.length, 1]);
const groups = Array.from({ length: 400 }, (_, i) => (i % 2 ? 5 : -5) + 0.3 * source.normal());
const codes = ({ warnings }: Awaited<ReturnType<typeof fit>>) => warnings.map(({ code }) => code);
const short = { steps: 60, batchSize: 64, seed: 1, learningRate: 1e-2 };

test('couplings in one dimension are but a Gaussian, and a mixture is not', async () => {
  const layers = [standardise(), ...realNVP({ layers: 2, hidden: [8] })];
  const fitted = await fit(flow({ eventShape: [1], layers }), column(groups), short);
  expect(codes(fitted)).toContain('ONLY_A_GAUSSIAN');
  expect(codes(await fit(flow({ eventShape: [1], layers, base: diagonalNormal() }), column(groups), short))).toContain(
    'ONLY_A_GAUSSIAN',
  );
  const mixture = await fit(
    flow({ eventShape: [1], layers, base: normalMixture({ components: 2 }) }),
    column(groups),
    short,
  );
  expect(codes(mixture)).not.toContain('ONLY_A_GAUSSIAN');
});

test('a context far from unit scale is said to be, and one near it is not', async () => {
  const model = flow({ eventShape: [1], contextShape: [2], layers: realNVP({ layers: 2, hidden: [8] }) });
  const x = normal([200, 1], 1);
  const unit = normal([200, 2], 2);
  const scaled = (by: readonly number[], from: readonly number[]) => add(mul(unit, tensor([...by])), tensor([...from]));
  const warned = async (context: Tensor) =>
    (await fit(model, { x, context }, short)).warnings.filter(({ code }) => code === 'CONTEXT_SCALE');
  expect(await warned(unit)).toEqual([]);
  expect(await warned(scaled([1, 5], [3, 0]))).toEqual([]);
  expect(await warned(scaled([1, 0], [0, 2000]))).toEqual([]); // constant: nothing to learn from
  expect(await warned(scaled([6, 1], [2010, 0]))).toMatchObject([{ columns: [0] }]);
  expect(await warned(scaled([1, 1e6], [0, 0]))).toMatchObject([{ columns: [1] }]);
  expect(await warned(scaled([1e-6, 1], [0, 0]))).toMatchObject([{ columns: [0] }]);
});

test('a context that makes no difference is said, and one that does is not', async () => {
  const model = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [8] }) });
  const context = normal([600, 1], 2);
  const noise = normal([600, 2], 1);
  const warned = async (x: Tensor) =>
    (await fit(model, { x, context }, { ...short, steps: 150 })).warnings.filter(
      ({ code }) => code === 'CONTEXT_IGNORED',
    );
  expect(await warned(add(noise, mul(context, 3)))).toEqual([]);
  expect(await warned(noise)).toMatchObject([{ message: expect.stringContaining('the context makes no difference') }]);
});

test('a fit that found nothing better than its start says so', async () => {
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [8] })] });
  const fitted = await fit(model, normal([40, 2], 1), { ...short, steps: 3, learningRate: 1 });
  expect(fitted.startWasBest).toBe(true);
  expect(codes(fitted)).toEqual(['START_WAS_BEST']);
});

test('data without a density, and an outlier, are found by a fit in code too', async () => {
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [8] })] });
  const rows = (value: (i: number) => number) =>
    tensor(Array.from({ length: 300 }, (_, i) => [source.normal(), value(i)]).flat(), [300, 2]);
  expect(
    codes(
      await fit(
        model,
        rows((i) => i % 2),
        short,
      ),
    ),
  ).toContain('FEW_VALUES');
  expect(
    codes(
      await fit(
        model,
        rows((i) => (i === 5 ? 1e6 : source.normal())),
        { ...short, validation: 0 },
      ),
    ),
  ).toContain('OUTLIER');
});

test('looking for warnings leaves no tensor behind', async () => {
  const model = flow({ eventShape: [1], layers: realNVP({ layers: 2, hidden: [8] }) });
  const x = column(groups);
  const before = memory().numTensors;
  const { params } = await fit(model, x, short);
  const layersTensors = memory().numTensors - before;
  const again = await fit(model, x, short);
  expect(memory().numTensors - before).toBe(2 * layersTensors);
  expect([params, again.params].every(Boolean)).toBe(true);
});
