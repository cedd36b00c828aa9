import '@tensorflow/tfjs-backend-cpu';
import { mapParams } from '@diffeo/core';
import { ones, reshape, setBackend, slice, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { buildNetwork } from '../../../test/build-network.ts';
import { mlp } from '../mlp.ts';
import { maskedMlp } from './masked-mlp.ts';
import { maskedResidualMlp } from './masked-residual-mlp.ts';
import { maskedUnits } from './masked-units.ts';
import { placesOf, sequenceOf } from './sequence.ts';

beforeAll(async () => {
  await setBackend('cpu');
});

const cases = fc.record({
  size: fc.integer({ min: 1, max: 6 }),
  groups: fc.integer({ min: 1, max: 3 }),
  contextSize: fc.integer({ min: 0, max: 2 }),
  extra: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
  residual: fc.boolean(),
  blocks: fc.record({ preactivation: fc.boolean(), context: fc.constantFrom('join' as const, 'blocks' as const) }),
  cyclic: fc.boolean(),
  sequence: fc.oneof(fc.constantFrom('forward' as const, 'reverse' as const), fc.record({ seed: fc.nat() })),
});

/** All degrees that matter, one after another and again: what other libraries share them out by. */
function cyclicDegrees(width: number, size: number, hasContext: boolean): number[] {
  const least = hasContext || size < 2 ? -1 : 0;
  return Array.from({ length: width }, (_, unit) => least + (unit % Math.max(1, size - 1 - least)));
}

test.each(['maskedMlp', 'maskedResidualMlp'])(
  '%s: each output depends on all inputs before its own, on no other, and on all of the context',
  (kind) => {
    fc.assert(
      fc.property(cases, ({ size, groups, contextSize, extra, residual, blocks, cyclic, sequence }) => {
        const contextShape = contextSize > 0 ? [contextSize] : null;
        const hidden = extra.map((more) => size + contextSize + more);
        const degrees = hidden.map((width) => cyclicDegrees(width, size, contextSize > 0));
        // Rectifiers of positive numbers and weights of 1: each way through the network counts, and none takes back another.
        const [width = 1] = hidden;
        const spec =
          kind === 'maskedMlp'
            ? maskedMlp({ hidden, residual, sequence, ...(cyclic && { degrees }) })
            : maskedResidualMlp({ ...blocks, width, sequence, ...(cyclic && { degrees: degrees[0] as number[] }) });
        const network = buildNetwork(spec, [size], [groups * size], contextShape);
        const params = mapParams(network.layout, network.init(1), (_, __, { shape }) => ones([...shape]));
        const point = ones([size + contextSize]);
        const all = (row: Tensor): Tensor => {
          const x = reshape(slice(row, [0], [size]), [1, size]);
          const call = contextShape ? { context: reshape(slice(row, [size], [contextSize]), [1, contextSize]) } : {};
          return reshape(network.apply(params, x, call), [groups * size]);
        };
        const places = placesOf(sequenceOf(sequence, size));
        expect(network.autoregressive?.sequence()).toEqual(sequenceOf(sequence, size));
        const slopes = jacobianOf(all, point);
        for (const [output, row] of slopes.entries()) {
          const place = places[output % size] as number;
          for (const [input, slope] of row.entries()) {
            const sees = input >= size || (places[input] as number) < place;
            expect(slope !== 0, `output ${output} of input ${input}`).toBe(sees);
          }
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  },
);

/** By single differences, which are 0 to the bit where nothing is seen. */
function jacobianOf(f: (row: Tensor) => Tensor, at: Tensor): number[][] {
  const base = [...at.dataSync()];
  const value = [...f(at).dataSync()];
  const columns = base.map((_, i) => {
    const moved = f(tensor1d(base.map((number, k) => (k === i ? number + 1 : number)))).dataSync();
    return value.map((number, j) => (moved[j] as number) - number);
  });
  return value.map((_, j) => columns.map((column) => column[j] as number));
}

test('degrees that do not fit are refused, with what is wrong', () => {
  const refused = (spec: ReturnType<typeof maskedMlp> | ReturnType<typeof maskedResidualMlp>) =>
    expect(() => buildNetwork(spec, [3], [6]));
  refused(maskedMlp({ hidden: [4, 4], degrees: [[0, 1, 0, 1]] })).toThrow(/2 hidden layers need as many lists/);
  refused(maskedMlp({ hidden: [4], degrees: [[0, 1, 0]] })).toThrow(/a layer of 4 units has 3 degrees/);
  refused(maskedMlp({ hidden: [2], degrees: [[0, 3]] })).toThrow(/the degree 3, and there are 3 inputs, from 0/);
  refused(maskedResidualMlp({ width: 2, degrees: [0] })).toThrow(/a layer of 2 units has 1 degrees/);
});

test('maskedUnits says the degrees that a network has, whether they are given or not', () => {
  for (const contexts of [0, 2]) {
    const plain = maskedMlp({ hidden: [5, 4], sequence: 'reverse' });
    const { sequence, degrees } = maskedUnits(plain, 3, contexts);
    expect([...sequence]).toEqual([2, 1, 0]);
    const given = maskedMlp({ hidden: [5, 4], sequence: [2, 1, 0], degrees: degrees.map((list) => [...list]) });
    expect(maskedUnits(given, 3, contexts)).toEqual({ sequence, degrees });
    // Said or not, the network is the same.
    const shape = contexts > 0 ? [contexts] : null;
    const [one, other] = [plain, given].map((spec) => buildNetwork(spec, [3], [6], shape));
    const call = shape ? { context: ones([1, contexts]) } : {};
    const outputs = [one, other].map((network) => [
      ...(network as NonNullable<typeof network>).apply(network?.init(1), tensor2d([[1, -2, 3]]), call).dataSync(),
    ]);
    expect(outputs[0]).toEqual(outputs[1]);
  }
  expect(maskedUnits(maskedResidualMlp({ width: 3, degrees: [1, 0, -1] }), 2, 1).degrees).toEqual([
    Int32Array.of(1, 0, -1),
  ]);
  expect(() => maskedUnits(mlp(), 3, 0)).toThrow(/maskedUnits takes a maskedMlp\(\)/);
  expect(() => maskedUnits(maskedMlp({ residual: true }), 3, 0)).toThrow(/residual: true/);
});
