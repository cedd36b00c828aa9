import { fold, normal, randomSource, type StackLayer } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { type DenseStackOptions, degreeMask, denseStack, type LayerDegrees } from '@diffeo/ops';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, fill, mul, sum, type Tensor, tensor2d, zeros, zerosLike } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { activationNames, drawLayers, onKink, plainStack, tensorsOf } from '../../../test/plain-stack.ts';
import { describeBuilds } from '../../../test/with-build.ts';
import { capture } from '../replay/capture.ts';

installMatchers();

const width = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(31, 32, 33, 64, 64, 70, 100));
/** How the units of a layer are given degrees: as our networks do, as others do, from behind, or anyhow. */
const sharing = fc.constantFrom<'even' | 'cyclic' | 'backwards' | 'random'>(
  'even',
  'even',
  'cyclic',
  'backwards',
  'random',
);
const cases = fc.record({
  batch: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(63, 64, 65, 130)),
  widths: fc.array(fc.record({ units: width, sharing }), { minLength: 2, maxLength: 4 }),
  classes: fc.integer({ min: 1, max: 20 }),
  activation: fc.constantFrom(...activationNames),
  residual: fc.boolean(),
  seed: fc.integer(),
});

type Layer = { readonly units: number; readonly sharing: 'even' | 'cyclic' | 'backwards' | 'random' };

function degreesOf(layers: readonly Layer[], classes: number, seed: number): LayerDegrees[] {
  const source = randomSource(seed);
  const each = layers.map(({ units, sharing }) =>
    Int32Array.from({ length: units }, (_, unit) => {
      const even = Math.floor((unit * classes) / units);
      if (sharing === 'even') return even - 1;
      if (sharing === 'cyclic') return (unit % classes) - 1;
      return sharing === 'backwards' ? classes - 2 - even : Math.floor(source.uniform() * classes) - 1;
    }),
  );
  return each.slice(1).map((outputs, i) => ({ inputs: each[i] as Int32Array, outputs }));
}

const masksOf = (degrees: readonly LayerDegrees[]): Tensor[] =>
  degrees.map((own) => tensor2d(degreeMask(own), [own.inputs.length, own.outputs.length]));

/** The stack whose weights are multiplied by the masks. */
function masked(x: Tensor, layers: readonly StackLayer[], { degrees, ...options }: DenseStackOptions): Tensor {
  const masks = masksOf(degrees ?? []);
  return plainStack(
    x,
    layers.map(({ weight, bias }, i) => ({ weight: mul(weight, masks[i] as Tensor), bias })),
    options,
  );
}

/** The same layers with large weights where nothing is seen. */
const withUnseen = (layers: readonly StackLayer[], degrees: readonly LayerDegrees[]): StackLayer[] => {
  const masks = masksOf(degrees);
  return layers.map(({ weight, bias }, i) => {
    const mask = masks[i] as Tensor;
    return { weight: add(mul(weight, mask), mul(add(1, mul(mask, -1)), 1e4)), bias };
  });
};

describeBuilds('the masked dense stack', () => {
  beforeAll(() => registerGradients());

  test('has the value and every gradient of its composition, for any shape and any degrees', () => {
    fc.assert(
      fc.property(cases, ({ batch, widths, classes, seed, ...rest }) => {
        tidied(() => {
          const degrees = degreesOf(widths, classes, fold(seed, 'degrees'));
          const options = { ...rest, degrees };
          const sizes = widths.map(({ units }) => units);
          const x = normal([batch, sizes[0] as number], seed);
          const layers = withUnseen(drawLayers(sizes, seed + 1), degrees);
          const masks = masksOf(degrees);
          const seen = layers.map(({ weight, bias }, i) => ({ weight: mul(weight, masks[i] as Tensor), bias }));
          fc.pre(!onKink(x, seen, options));
          const dy = normal([batch, sizes.at(-1) as number], seed + 2);
          expect(denseStack(x, layers, options)).toBeCloseToTensor(masked(x, layers, options), 1e-4);
          const inputs = [x, ...tensorsOf(layers)];
          const gradients = (stack: typeof masked) =>
            differentiate(() => sum(mul(stack(x, layers, options), dy)), inputs).grads;
          const slow = gradients(masked);
          for (const [i, gradient] of gradients(denseStack).entries()) {
            const none = zerosLike(inputs[i] as Tensor);
            expect(gradient ?? none).toBeCloseToTensor(slow[i] ?? none, 3e-4);
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  test('has the gradients of its composition where batch and width are several blocks long', () => {
    tidied(() => {
      const widths = [40, 300, 330, 80].map((units) => ({ units, sharing: 'even' as const }));
      const degrees = degreesOf(widths, 40, 1);
      const options = { activation: 'relu', residual: false, degrees } as const;
      const sizes = widths.map(({ units }) => units);
      const [x, layers] = [normal([600, 40], 1), drawLayers(sizes, 2)];
      const run = (stack: typeof masked) =>
        differentiate(() => sum(mul(stack(x, layers, options), normal([600, 80], 3))), [x, ...tensorsOf(layers)]);
      const [fast, slow] = [run(denseStack), run(masked)];
      for (const [i, gradient] of fast.grads.entries()) {
        const expected = slow.grads[i] as Tensor;
        const scale = Math.max(...expected.dataSync().map(Math.abs));
        expect(mul(gradient as Tensor, 1 / scale)).toBeCloseToTensor(mul(expected, 1 / scale), 1e-5);
      }
    });
  });

  test('does not look at what none of 32 outputs sees', () => {
    tidied(() => {
      const even = (units: number) => ({ units, sharing: 'even' as const });
      const degrees = degreesOf([even(128), even(128)], 128, 1);
      const layers = drawLayers([128, 128], 2);
      const given = { activation: 'relu', residual: false, degrees } as const;
      // A product with all of it would make NaN of these and the zeros of the mask.
      const numbers = normal([20, 128], 1).dataSync().slice();
      for (let row = 0; row < 20; row++) numbers[128 * row + 100] = Number.POSITIVE_INFINITY;
      const y = denseStack(tensor2d(numbers as Float32Array, [20, 128]), layers, given).dataSync();
      for (let row = 0; row < 20; row++) {
        for (let j = 0; j < 96; j++) expect(Number.isFinite(y[128 * row + j])).toBe(true);
      }
    });
  });

  test('sees nothing but its biases where nothing is seen', () => {
    tidied(() => {
      const degrees = [{ inputs: new Int32Array(40).fill(3), outputs: new Int32Array(36).fill(2) }];
      const layers = [{ weight: fill([40, 36], 7), bias: fill([36], 0.5) }];
      const run = (rows: number) =>
        denseStack(normal([rows, 40], 1), layers, { activation: 'relu', residual: false, degrees });
      for (const rows of [1, 20]) expect(run(rows)).toBeCloseToTensor(fill([rows, 36], 0.5), 0);
    });
  });

  test('is captured with its degrees', () => {
    const widths = [8, 64, 64, 16].map((units) => ({ units, sharing: 'even' as const }));
    const degrees = degreesOf(widths, 8, 1);
    const layers = drawLayers([8, 64, 64, 16], 2);
    const options = { activation: 'relu', residual: false, degrees } as const;
    const inputs = tensorsOf(layers);
    const work = capture(([x]) => {
      const { value, grads } = differentiate(() => sum(denseStack(x as Tensor, layers, options)), inputs);
      return [value, ...(grads as Tensor[])];
    });
    for (let run = 0; run < 5; run++) {
      tidied(() => {
        const x = normal([40, 8], run);
        const expected = differentiate(() => sum(masked(x, layers, options)), inputs);
        const made = work.run([x]);
        expect(made[0]).toBeCloseToTensor(expected.value, 1e-3);
        for (const [i, gradient] of expected.grads.entries()) {
          expect(made[i + 1]).toBeCloseToTensor(gradient ?? zeros([1]), 1e-3);
        }
      });
    }
    expect(work.isCaptured).toBe(true);
    work.dispose();
    for (const tensor of inputs) tensor.dispose();
  });
});
