import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEachBackend } from '../../../test/backends.ts';
import { planeCoupling, probe } from '../../../test/example-parts.ts';
import type { GradientMode } from '../contract/parts/part.ts';
import { flow } from '../flow/flow.ts';
import { negativeLogLikelihood } from '../flow/loss.ts';
import { chain } from '../layers/chain.ts';
import { countParams, disposeParams } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { gradients } from './gradients.ts';

const rows = 512;

/** The most bytes that tensors take during one gradient, beyond data, parameters and the gradients of these. */
function peakBytes(depth: number, gradient: GradientMode, nested = false): number {
  let most = 0;
  // A layer between any two others: it is run on the way there, and where recompute rebuilds and differentiates.
  const look = probe(() => {
    most = Math.max(most, memory().numBytes);
  });
  const layers = Array.from({ length: depth }, (_, i) => [planeCoupling({ swap: i % 2 }), look()]).flat();
  const model = flow({ eventShape: [2], layers: nested ? [planeCoupling({}), chain({ layers })] : layers });
  const params = model.init(1);
  const x: Tensor = normal([rows, 2], 2);
  const before = memory().numBytes;
  const { value, gradients: found } = gradients(model.layout, params, (p) =>
    negativeLogLikelihood(model, p, x, { gradient }),
  );
  most = Math.max(most, memory().numBytes);
  for (const tensor of [value, x, ...found.map(({ tensor }) => tensor)]) tensor.dispose();
  disposeParams(model.layout, params);
  return most - before - 4 * countParams(model.layout);
}

onEachBackend('peak memory against depth', () => {
  test('does not grow with recompute, in layers of layers neither, and grows in proportion without', () => {
    const depths = [8, 32, 64] as const;
    const [shallow, middle, deep] = depths.map((depth) => peakBytes(depth, 'recompute')) as [number, number, number];
    expect(deep).toBeLessThan(1.15 * shallow);
    expect(middle).toBeLessThan(1.15 * shallow);

    const [inside, deeper] = [8, 64].map((depth) => peakBytes(depth, 'recompute', true)) as [number, number];
    expect(deeper).toBeLessThan(1.15 * inside);

    const [few, more, most] = depths.map((depth) => peakBytes(depth, 'store')) as [number, number, number];
    expect(more / few).toBeGreaterThan(3);
    expect(most / few).toBeGreaterThan(6);
    expect(most / few).toBeLessThan(10);
    expect(deep).toBeLessThan(few);
  });
});
