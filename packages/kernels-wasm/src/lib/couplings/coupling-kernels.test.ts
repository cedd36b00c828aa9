import { normal, type StackLayer, shuffled } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { affineTransform, type FusedCoupling, type FusedCouplingOptions, fusedCoupling, permute } from '@diffeo/ops';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, concat, gather, mul, slice, sum, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { growHeap, heapGrowth } from '../../../test/heap.ts';
import { plainAffine } from '../../../test/plain-affine.ts';
import { activationNames, drawLayers, onKink, plainStack, tensorsOf } from '../../../test/plain-stack.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

/** The options of an affine coupling. */
type Options = Omit<FusedCouplingOptions, 'transform'> & { readonly bound: number };

const affineCoupling = ({ bound, ...options }: Options) =>
  fusedCoupling({ ...options, transform: affineTransform(bound) }) as FusedCoupling;

/** The same coupling of tfjs operations. */
function plain(x: Tensor, context: Tensor | null, layers: readonly StackLayer[], options: Options) {
  const { identityColumns, transformedColumns, bound, direction } = options;
  const batch = x.shape[0] as number;
  const order = [...identityColumns, ...transformedColumns];
  const sorted = permute(x, order);
  const identity = slice(sorted, [0, 0], [batch, identityColumns.length]);
  const transformed = slice(sorted, [0, identityColumns.length], [batch, transformedColumns.length]);
  const raw = plainStack(context ? concat([identity, context], 1) : identity, layers, options);
  const { value, logDet } = plainAffine(transformed, raw, bound, direction);
  const undo = order.map((_, d) => order.indexOf(d));
  return { value: permute(concat([identity, value], 1), undo), logDet };
}

/** What enters the conditioner. */
function entering(x: Tensor, context: Tensor | null, { identityColumns }: Options): Tensor {
  const identity = gather(x, [...identityColumns], 1);
  return context ? concat([identity, context], 1) : identity;
}

/** The kernel alone: its reference must not be what runs, but for an empty batch. */
const fused = (x: Tensor, context: Tensor | null, layers: readonly StackLayer[], options: Options) =>
  affineCoupling(options).map(x, context, layers, () => {
    if (x.shape[0] === 0) return plain(x, context, layers, options);
    throw new RangeError('the reference ran');
  });

const cases = fc
  .record({
    batch: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(64, 130)),
    keep: fc.integer({ min: 1, max: 5 }),
    change: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(17)),
    context: fc.integer({ min: 0, max: 3 }),
    hidden: fc.array(fc.constantFrom(1, 3, 8, 8, 33, 64), { maxLength: 3 }),
    bound: fc.constantFrom(1, 3),
    activation: fc.constantFrom(...activationNames),
    residual: fc.boolean(),
    direction: fc.constantFrom('forward' as const, 'inverse' as const),
    seed: fc.nat(),
  })
  .map(({ batch, keep, change, context, hidden, seed, ...options }) => {
    // Neighbouring columns go another way than scattered ones.
    const all = [...Array(keep + change).keys()];
    const order = seed % 2 === 0 ? all : [...shuffled(keep + change, seed)];
    return {
      x: () => normal([batch, keep + change], seed),
      context: () => (context > 0 ? normal([batch, context], seed + 1) : null),
      layers: () => drawLayers([keep + context, ...hidden, 2 * change], seed + 2),
      dy: () => normal([batch, keep + change], seed + 3),
      dLog: () => normal([batch], seed + 4),
      options: { ...options, identityColumns: order.slice(0, keep), transformedColumns: order.slice(keep) },
    };
  });

describeBuilds('the affine coupling', () => {
  beforeAll(() => registerGradients());

  test('has the value, log-determinant and every gradient of its composition', () => {
    fc.assert(
      fc.property(cases, (drawn) => {
        tidied(() => {
          const [x, context, layers] = [drawn.x(), drawn.context(), drawn.layers()];
          // tfjs gathers from no rows into a tensor of another rank.
          fc.pre(x.shape[0] === 0 || !onKink(entering(x, context, drawn.options), layers, drawn.options));
          const [dy, dLog] = [drawn.dy(), drawn.dLog()];
          const inputs = [x, ...(context ? [context] : []), ...tensorsOf(layers)];
          const run = (map: typeof plain) => {
            const { value, logDet } = map(x, context, layers, drawn.options);
            const weighted = () => {
              const result = map(x, context, layers, drawn.options);
              return add(sum(mul(result.value, dy)), sum(mul(result.logDet, dLog)));
            };
            const { grads } = differentiate(weighted, inputs);
            return [value, logDet, ...grads.map((gradient, i) => gradient ?? zerosLike(inputs[i] as Tensor))];
          };
          const slow = run(plain);
          for (const [i, result] of run(fused).entries()) expect(result).toBeCloseToTensor(slow[i] as Tensor, 1e-3);
        });
      }),
      { numRuns: 150 },
    );
  });

  const options = {
    ...{ identityColumns: [2, 0], transformedColumns: [1, 3], bound: 3, activation: 'relu', residual: false },
    direction: 'inverse',
  } as const satisfies Options;
  const draw = (batch: number) => [normal([batch, 4], 1), drawLayers([2, 64, 64, 4], 2)] as const;

  test('outside a gradient a batch of several blocks is the same as inside one', () => {
    tidied(() => {
      const [x, layers] = draw(2100);
      const outside = fused(x, null, layers, options);
      differentiate(() => {
        const inside = fused(x, null, layers, options);
        expect(inside.value).toBeCloseToTensor(outside.value);
        expect(inside.logDet).toBeCloseToTensor(outside.logDet);
        return sum(inside.value);
      }, [x]);
    });
  });

  test('the two directions undo each other, and what stays is untouched to the bit', () => {
    tidied(() => {
      const [x, layers] = draw(50);
      const there = fused(x, null, layers, options);
      const back = fused(there.value, null, layers, { ...options, direction: 'forward' });
      expect(back.value).toBeCloseToTensor(x, 1e-5);
      expect(add(back.logDet, there.logDet)).toBeCloseToTensor(new Float32Array(50), 1e-5);
      for (const column of options.identityColumns) {
        const of = (tensor: Tensor) => [...slice(tensor, [0, column], [50, 1]).dataSync()];
        expect(of(there.value)).toEqual(of(x));
      }
    });
  });

  test('works in a heap that grows between its two directions', () => {
    tidied(() => {
      const [x, layers] = draw(20);
      const run = (grow: () => void) =>
        differentiate(() => {
          const { value, logDet } = fused(x, null, layers, options);
          grow();
          return add(sum(value), sum(logDet));
        }, [x, ...tensorsOf(layers)]).grads;
      const quiet = run(() => undefined).map((gradient) => gradient?.dataSync() as Float32Array);
      for (const [i, gradient] of run(growHeap).entries()) {
        expect(gradient).toBeCloseToTensor(quiet[i] as Float32Array, 0);
      }
    });
  });

  test('an empty batch, and the gradient of a gradient, are the composition', () => {
    tidied(() => {
      const [x, layers] = draw(0);
      const composed = (point: Tensor) =>
        affineCoupling(options).map(point, null, layers, () => plain(point, null, layers, options));
      expect(composed(x).value.shape).toEqual([0, 4]);
      const point = normal([3, 4], 5);
      const slope = () => sum(differentiate(() => sum(mul(composed(point).value, point)), [point]).grads[0] as Tensor);
      expect(differentiate(slope, [point]).grads[0]).toBeFiniteTensor();
    });
  });

  test('leaves nothing behind, in tensors or in the heap', () => {
    const [x, layers] = tidied(() => draw(64));
    const step = () =>
      tidied(() => {
        differentiate(() => sum(fused(x, null, layers, options).value), [x, ...tensorsOf(layers)]);
        fused(x, null, layers, options);
      });
    expect(countTensors(step)).toBe(0);
    expect(heapGrowth(step, 1000)).toBe(0);
  });
});
