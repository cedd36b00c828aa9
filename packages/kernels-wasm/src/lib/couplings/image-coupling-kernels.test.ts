import { normal, type StackLayer } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { affineTransform, type FusedCoupling, type FusedCouplingOptions, fusedCoupling } from '@diffeo/ops';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, concat, mul, reshape, slice, sum, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { growHeap, heapGrowth } from '../../../test/heap.ts';
import { plainAffine } from '../../../test/plain-affine.ts';
import { convTensors, drawConvolutions, onConvKink, plainConvStack } from '../../../test/plain-conv-stack.ts';
import { activationNames } from '../../../test/plain-stack.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

/** The options of an affine coupling. */
type Options = Omit<FusedCouplingOptions, 'transform'> & { readonly bound: number };

const affineCoupling = ({ bound, ...options }: Options) =>
  fusedCoupling({ ...options, transform: affineTransform(bound) }) as FusedCoupling;

const columnsOf = (x: Tensor, from: number, count: number): Tensor =>
  slice(x, [0, 0, 0, from], [...x.shape.slice(0, 3), count]);

/** The same coupling of tfjs operations. The channels that stay and those that are transformed are runs. */
function plain(x: Tensor, context: Tensor | null, layers: readonly StackLayer[], options: Options) {
  const { identityColumns, transformedColumns, bound, direction } = options;
  const [first, from] = [identityColumns[0] as number, transformedColumns[0] as number];
  const [batch, height, width] = x.shape as [number, number, number, number];
  const identity = columnsOf(x, first, identityColumns.length);
  const transformed = columnsOf(x, from, transformedColumns.length);
  const raw = plainConvStack(context ? concat([identity, context], 3) : identity, layers, options);
  const pixels = height * width;
  const rows = batch * pixels;
  const mapped = plainAffine(
    reshape(transformed, [rows, transformedColumns.length]),
    reshape(raw, [rows, 2 * transformedColumns.length]),
    bound,
    direction,
  );
  const value = reshape(mapped.value, transformed.shape);
  const sides = first < from ? [identity, value] : [value, identity];
  return { value: concat(sides, 3), logDet: sum(reshape(mapped.logDet, [batch, pixels]), 1) };
}

/** The kernel alone: its reference must not be what runs. */
const refuse = () => {
  throw new RangeError('the reference ran');
};
const fused = (
  x: Tensor,
  context: Tensor | null,
  layers: readonly StackLayer[],
  options: Options,
  checkpoint = false,
) => affineCoupling(options).map(x, context, layers, refuse, checkpoint);

const cases = fc
  .record({
    image: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
    keep: fc.integer({ min: 1, max: 4 }),
    change: fc.integer({ min: 1, max: 5 }),
    context: fc.integer({ min: 0, max: 2 }),
    sides: fc.array(fc.constantFrom(1, 1, 3, 3, 5), { minLength: 1, maxLength: 3 }),
    width: fc.constantFrom(1, 4, 8, 33, 64),
    activation: fc.constantFrom(...activationNames),
    residual: fc.boolean(),
    direction: fc.constantFrom('forward' as const, 'inverse' as const),
    keepsFirst: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ image, keep, change, context, sides, width, keepsFirst, seed, ...rest }) => {
    const all = [...Array(keep + change).keys()];
    const options: Options = {
      ...{ ...rest, bound: 3 },
      identityColumns: keepsFirst ? all.slice(0, keep) : all.slice(change),
      transformedColumns: keepsFirst ? all.slice(keep) : all.slice(0, change),
    };
    const channels = [keep + context, ...sides.slice(1).map(() => width), 2 * change];
    return {
      x: () => normal([...image, keep + change], seed),
      context: () => (context > 0 ? normal([...image, context], seed + 1) : null),
      layers: () => drawConvolutions(sides, channels, seed + 2),
      dy: () => normal([...image, keep + change], seed + 3),
      dLog: () => normal([image[0]], seed + 4),
      options,
    };
  });

const onKink = (x: Tensor, context: Tensor | null, layers: readonly StackLayer[], options: Options) => {
  const { identityColumns } = options;
  const identity = columnsOf(x, identityColumns[0] as number, identityColumns.length);
  return onConvKink(context ? concat([identity, context], 3) : identity, layers, options);
};

describeBuilds('the affine coupling of images', () => {
  beforeAll(() => registerGradients());

  test('has the value, log-determinant and every gradient of its composition, saved, run again or found from the output', () => {
    fc.assert(
      fc.property(cases, (drawn) => {
        tidied(() => {
          const { options } = drawn;
          const [x, context, layers] = [drawn.x(), drawn.context(), drawn.layers()];
          fc.pre(!onKink(x, context, layers, options));
          const [dy, dLog] = [drawn.dy(), drawn.dLog()];
          const inputs = [x, ...(context ? [context] : []), ...convTensors(layers)];
          const run = (map: () => { value: Tensor; logDet: Tensor }) => {
            const { value, logDet } = map();
            const weighted = () => {
              const result = map();
              return add(sum(mul(result.value, dy)), sum(mul(result.logDet, dLog)));
            };
            const { grads } = differentiate(weighted, inputs);
            return [value, logDet, ...grads.map((gradient, i) => gradient ?? zerosLike(inputs[i] as Tensor))];
          };
          const slow = run(() => plain(x, context, layers, options));
          const close = (result: Tensor, i: number) => {
            const expected = slow[i] as Tensor;
            const scale = 1 / Math.max(1, ...expected.dataSync().map(Math.abs));
            expect(mul(result, scale)).toBeCloseToTensor(mul(expected, scale), 1e-3);
          };
          for (const checkpoint of [false, true]) {
            for (const [i, result] of run(() => fused(x, context, layers, options, checkpoint)).entries())
              close(result, i);
          }
          const found = affineCoupling(options).backwardFromOutput(slow[0] as Tensor, context, layers, [dy, dLog]);
          if (!found) return expect.fail('nothing was found');
          const { point, dPoint, dContext, dLayers } = found;
          expect(point).toBeCloseToTensor(x, 1e-3);
          for (const [i, result] of [dPoint, ...(dContext ? [dContext] : []), ...dLayers].entries())
            close(result, i + 2);
        });
      }),
      { numRuns: 80 },
    );
  });

  const options = {
    ...{ identityColumns: [0, 1], transformedColumns: [2, 3], bound: 3, activation: 'relu', residual: false },
    direction: 'inverse',
  } as const satisfies Options;
  const draw = (batch: number) =>
    [normal([batch, 9, 9, 4], 1), drawConvolutions([3, 1, 3], [2, 64, 64, 4], 2)] as const;

  test('outside a gradient a batch of several blocks is the same as inside one', () => {
    tidied(() => {
      const [x, layers] = draw(30);
      const outside = fused(x, null, layers, options);
      differentiate(() => {
        const inside = fused(x, null, layers, options);
        expect(inside.value).toBeCloseToTensor(outside.value, 1e-5);
        expect(inside.logDet).toBeCloseToTensor(outside.logDet, 1e-4);
        return sum(inside.value);
      }, [x]);
    });
  });

  test('the two directions undo each other, and what stays is untouched to the bit', () => {
    tidied(() => {
      const [x, layers] = draw(5);
      const there = fused(x, null, layers, options);
      const back = fused(there.value, null, layers, { ...options, direction: 'forward' });
      expect(back.value).toBeCloseToTensor(x, 1e-5);
      expect(add(back.logDet, there.logDet)).toBeCloseToTensor(new Float32Array(5), 1e-4);
      const kept = (tensor: Tensor) => [...columnsOf(tensor, 0, 2).dataSync()];
      expect(kept(there.value)).toEqual(kept(x));
    });
  });

  test('works in a heap that grows between its two directions', () => {
    tidied(() => {
      const [x, layers] = draw(3);
      const run = (grow: () => void) =>
        differentiate(() => {
          const { value, logDet } = fused(x, null, layers, options);
          grow();
          return add(sum(value), sum(logDet));
        }, [x, ...convTensors(layers)]).grads;
      const quiet = run(() => undefined).map((gradient) => gradient?.dataSync() as Float32Array);
      for (const [i, gradient] of run(growHeap).entries()) {
        expect(gradient).toBeCloseToTensor(quiet[i] as Float32Array, 0);
      }
    });
  });

  test('leaves nothing behind, in tensors or in the heap', () => {
    const [x, layers] = tidied(() => draw(2));
    const step = () =>
      tidied(() => {
        differentiate(() => sum(fused(x, null, layers, options).value), [x, ...convTensors(layers)]);
        fused(x, null, layers, options);
      });
    expect(countTensors(step)).toBe(0);
    expect(heapGrowth(step, 200)).toBe(0);
  });
});
