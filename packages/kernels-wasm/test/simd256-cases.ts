import { createHash } from 'node:crypto';
import { fold, normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { convStack, denseStack } from '@diffeo/ops';
import { matMul, mul, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { drawLayers, tensorsOf } from './plain-stack.ts';

/** What the loops for 256 bits take part in, of one size. */
export interface Simd256Case {
  readonly rows: number;
  readonly widths: readonly number[];
  readonly seed: number;
}

/** Whole tiles and parts of them, in each direction. */
export const someCases: readonly Simd256Case[] = [
  { rows: 64, widths: [3, 64, 64, 6], seed: 1 },
  { rows: 131, widths: [18, 96, 128, 33], seed: 2 },
  { rows: 7, widths: [2, 320, 64, 4], seed: 3 },
  { rows: 300, widths: [40, 160, 32, 70], seed: 4 },
];

function* resultsOf({ rows, widths, seed }: Simd256Case): Generator<Tensor> {
  const options = { activation: 'relu', residual: false } as const;
  const x = normal([rows, widths[0] as number], seed);
  const layers = drawLayers([...widths], fold(seed, 'dense'));
  yield matMul(x, layers[0]?.weight as Tensor as never);
  const dense = differentiate(() => sum(square(denseStack(x, layers, options))), [x, ...tensorsOf(layers)]);
  yield dense.value;
  yield* dense.grads as Tensor[];
  const evenly = widths.map((units) => Int32Array.from({ length: units }, (_, unit) => Math.floor((unit * 8) / units)));
  const degrees = evenly.slice(1).map((outputs, i) => ({ inputs: evenly[i] as Int32Array, outputs }));
  const masked = () => sum(square(denseStack(x, layers, { ...options, degrees })));
  const { value, grads } = differentiate(masked, [x, ...tensorsOf(layers)]);
  yield value;
  yield* grads as Tensor[];
  // A coupling's network: 3×3, 1×1 and 3×3, whose hidden widths are whole panels.
  const hidden = (widths[1] as number) - ((widths[1] as number) % 32) || 32;
  const image = normal([Math.ceil(rows / 30), 5, 6, 3], fold(seed, 'image'));
  const filters = [
    [3, 3, 3, hidden],
    [1, 1, hidden, 64],
    [3, 3, 64, seed % 2 === 0 ? 2 : 6],
  ].map((shape, i) => ({
    weight: mul(normal(shape, fold(seed, `filter ${i}`)), 0.1),
    bias: normal([shape[3] as number], fold(seed, `bias ${i}`)),
  }));
  const inputs = [image, ...filters.flatMap(({ weight, bias }) => [weight, bias])];
  const conv = differentiate(() => sum(square(convStack(image, filters, options))), inputs);
  yield conv.value;
  yield* conv.grads as Tensor[];
}

/** The digest of all numbers that a case gives. */
export function bitsOf(given: Simd256Case): string {
  registerGradients();
  const hash = createHash('sha256');
  tidied(() => {
    for (const result of resultsOf(given)) hash.update(result.dataSync() as Float32Array);
  });
  return hash.digest('hex');
}
