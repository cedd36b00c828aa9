import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, load, normal, type Spec, save } from '@diffeo/core';
import { jacobian, logAbsDeterminant } from '@diffeo/testing';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { additiveCoupling } from './additive-coupling.ts';
import { affineCoupling } from './affine-coupling.ts';
import { couplingDefinitions } from './coupling-definitions.ts';
import { mlp } from './mlp.ts';
import { realNVP } from './real-nvp.ts';

const masks = ['halves', 'alternating', { random: 3 }] as const;
const conditioner = mlp({ hidden: [8, 8], activation: 'tanh', residual: true });
const cases = [1, 2, 3, 5].flatMap((size) =>
  masks.flatMap((mask) =>
    [false, true].flatMap((swap) =>
      [affineCoupling, additiveCoupling].flatMap((definition) =>
        [false, true].map((conditional) => ({
          name: `${definition.type} D=${size} ${JSON.stringify(mask)} swap=${swap} context=${conditional}`,
          spec: definition({ mask, swap, conditioner }) as Spec<'layer'>,
          size,
          conditional,
        })),
      ),
    ),
  ),
);

const numbers = (tensor: Tensor) => Array.from(tensor.dataSync());
const close = (a: Tensor, b: readonly number[], tolerance: number) => {
  const values = numbers(a);
  expect(values).toHaveLength(b.length);
  for (const [i, value] of values.entries()) expect(Math.abs(value - (b[i] as number))).toBeLessThan(tolerance);
};

/** A coupling with parameters far enough from their start that nothing is near the identity. */
function built({ spec, size, conditional }: (typeof cases)[number]) {
  const model = flow({ eventShape: [size], contextShape: conditional ? [2] : null, layers: [spec] });
  const initial = model.init(1);
  const shake = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(shake);
    if (node && typeof node === 'object' && !('dataId' in node)) {
      return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, shake(child)]));
    }
    return node ? normal((node as Tensor).shape, 5) : node;
  };
  return { model, layers: shake(initial.layers) as typeof initial.layers };
}

beforeEach(async () => {
  await setBackend('cpu');
});

describe.each(cases)('$name', (one) => {
  test('inverts, and both log-determinants are those of the Jacobian', () => {
    const { model, layers } = built(one);
    const call = one.conditional ? { context: normal([1, 2], 9) } : {};
    const x = normal([1, one.size], 2);
    const there = model.bijector.inverse(layers, x, call);
    const back = model.bijector.forward(layers, there.value, call);
    close(back.value, numbers(x), 1e-4);
    close(
      back.logDet,
      numbers(there.logDet).map((value) => -value),
      1e-4,
    );
    for (const direction of ['forward', 'inverse'] as const) {
      const matrix = jacobian((point: Tensor) => model.bijector[direction](layers, point, call).value, x);
      const expected = logAbsDeterminant(matrix, one.size);
      close(model.bijector[direction](layers, x, call).logDet, [expected], 1e-4);
    }
  });

  test('wasm and cpu agree', async () => {
    const run = () => {
      const { model, layers } = built(one);
      const call = one.conditional ? { context: normal([4, 2], 9) } : {};
      const { value, logDet } = model.bijector.inverse(layers, normal([4, one.size], 2), call);
      return [numbers(value), numbers(logDet)];
    };
    const [value = [], logDet = []] = run();
    await setBackend('wasm');
    const [wasmValue = [], wasmLogDet = []] = run();
    for (const [i, expected] of value.entries()) expect(wasmValue[i]).toBeCloseTo(expected, 3);
    for (const [i, expected] of logDet.entries()) expect(wasmLogDet[i]).toBeCloseTo(expected, 3);
  });
});

test('the dimensions that stay are untouched to the bit', () => {
  const { model, layers } = built({
    name: '',
    spec: affineCoupling({ mask: { keep: [0, 2] } }),
    size: 4,
    conditional: false,
  });
  const x = normal([6, 4], 3);
  const [before, after] = [numbers(x), numbers(model.bijector.inverse(layers, x, {}).value)];
  for (const [i, value] of before.entries()) {
    if (i % 4 === 0 || i % 4 === 2) expect(after[i]).toBe(value);
    else expect(after[i]).not.toBe(value);
  }
});

test('a flow starts near the identity', () => {
  const model = flow({ eventShape: [4], layers: realNVP() });
  const x = normal([16, 4], 1);
  close(model.toBase(model.init(1), x).value, numbers(x), 0.3);
});

test.each([
  [{ keep: [0, 0] }, 'different dimensions'],
  [{ keep: [4] }, 'different dimensions'],
  [{ keep: [0, 1, 2, 3] }, 'keeps every dimension'],
])('a mask %j is refused', (mask, message) => {
  expect(() => flow({ eventShape: [4], layers: [affineCoupling({ mask })] })).toThrow(message);
});

test('a preset comes back from a file with the same likelihoods', async () => {
  const model = flow({ eventShape: [3], contextShape: [1], layers: realNVP({ layers: 3, hidden: [8] }) });
  const params = model.init(4);
  const again = load(await save(model, params), { definitions: couplingDefinitions });
  const [x, context] = [normal([5, 3], 1), normal([5, 1], 2)];
  expect(numbers(again.model.logProb(again.params, x, { context }))).toEqual(
    numbers(model.logProb(params, x, { context })),
  );
  expect(() => model.logProb(params, x, { context: normal([5, 2], 1) })).toThrow(/needs a context \[batch, 1\]/);
});
