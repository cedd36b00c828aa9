import { isDiffeoError } from '@diffeo/core';
import { backend, scalar } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { describeBuilds } from '../../../test/with-build.ts';
import { addressOf, type WasmBackend } from './backend.ts';
import { guarded } from './guard.ts';
import { outputs, withScratch } from './heap.ts';

const gigabyte = 2 ** 28;

describeBuilds('the heap', () => {
  let wasm: WasmBackend & { numDataIds(): number };
  beforeAll(() => {
    scalar(0).dispose();
    wasm = backend() as unknown as typeof wasm;
  });

  const refusal = (f: () => unknown): string => {
    try {
      f();
    } catch (error) {
      if (isDiffeoError(error) && error.code === 'MEMORY') return error.message;
      throw error;
    }
    return 'no error';
  };

  test('at its end tensors are refused with their size, and none is left behind', () => {
    const before = wasm.numDataIds();
    const shapes = Array<number[]>(4).fill([gigabyte]);
    const kernel = () => outputs(wasm, shapes);
    expect(refusal(() => guarded(wasm).run(kernel, { inputs: {}, backend: wasm }, 'Kernel'))).toMatch(
      /A tensor \[268435456\] takes 1024\.0 MiB, .* ends at 4096 MiB/,
    );
    expect(wasm.numDataIds()).toBe(before);
    for (const { dataId } of outputs(wasm, shapes.slice(2))) wasm.disposeData(dataId);
  });

  test('at its end scratch is refused', () => {
    const made = outputs(wasm, Array<number[]>(3).fill([gigabyte]));
    expect(refusal(() => withScratch(wasm, 2 ** 30, () => 0))).toMatch(/scratch takes 1024\.0 MiB/);
    for (const { dataId } of made) wasm.disposeData(dataId);
    expect(withScratch(wasm, 2 ** 30, (address) => address % 64)).toBe(0);
  });

  test.each([4 * gigabyte, 2 ** 40])('%d numbers, more than addresses have bits for, are refused', (size) => {
    expect(refusal(() => outputs(wasm, [[size]]))).toMatch(/not left/);
    expect(refusal(() => withScratch(wasm, 4 * size, () => 0))).toMatch(/not left/);
  });

  test('scratch is free again also when its user throws', () => {
    const addresses = Array.from({ length: 100 }, () => {
      let address = 0;
      expect(() =>
        withScratch(wasm, 2 ** 24, (at) => {
          address = at;
          throw new RangeError('stop');
        }),
      ).toThrow('stop');
      return address;
    });
    expect(new Set(addresses).size).toBe(1);
    const [empty] = outputs(wasm, [[0, 3]]);
    expect(empty && addressOf(wasm, empty)).toBeGreaterThan(0);
    if (empty) wasm.disposeData(empty.dataId);
  });
});
