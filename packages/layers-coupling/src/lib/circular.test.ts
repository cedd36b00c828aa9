import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, uniformBox } from '@diffeo/core';
import { mlp } from '@diffeo/networks';
import { exp, rationalQuadratic } from '@diffeo/ops';
import { randomiseParams } from '@diffeo/testing';
import { testLayer } from '@diffeo/testing/vitest';
import { setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { coupling } from './coupling.ts';
import { circularSpline } from './presets/circular-spline.ts';

const circle = [-Math.PI, Math.PI] as const;
testLayer(
  coupling({
    transform: rationalQuadratic({ bins: 4, bound: Math.PI, tails: 'circular' }),
    conditioner: mlp({ hidden: [8], activation: 'tanh', circular: Math.PI }),
  }),
  {
    ...{ eventShapes: [[3]], contextShapes: [[2]], backends: ['wasm'], trainingSteps: 20 },
    ...{ domain: circle, baseDomain: circle, capabilities: { usesContext: true } },
  },
);

const base = uniformBox({ low: -Math.PI, high: Math.PI, circular: true });

test('a flow of angles has one density on both sides of where circles close, and integrates to 1 on the torus', async () => {
  await setBackend('wasm');
  const model = flow({ eventShape: [2], layers: circularSpline({ layers: 4, hidden: [16] }), base });
  const params = randomiseParams(model.layout, model.init(1), 2, 0.4);
  const around = [-2, -0.4, 1, 2.7];
  const at = (edge: number): number[] => [
    ...model.logProb(params, tensor2d(around.map((v) => [edge, v])), {}).dataSync(),
    ...model.logProb(params, tensor2d(around.map((v) => [v, edge])), {}).dataSync(),
  ];
  const [below, above] = [at(Math.PI - 1e-5), at(-Math.PI + 1e-5)];
  for (const [i, score] of below.entries()) expect(Math.abs(score - (above[i] as number))).toBeLessThan(2e-3);
  expect(Math.max(...below) - Math.min(...below)).toBeGreaterThan(0.05);
  const side = 100;
  const grid = Array.from({ length: side * side }, (_, i) =>
    [i % side, Math.floor(i / side)].map((k) => -Math.PI + ((k + 0.5) * 2 * Math.PI) / side),
  );
  const densities = model.logProb(params, tensor2d(grid), {}).dataSync();
  const mass = [...densities].reduce((sum, log) => sum + Math.exp(log), 0) * ((2 * Math.PI) / side) ** 2;
  expect(Math.abs(mass - 1)).toBeLessThan(0.01);
});

test('a torus refuses the normal, and another circumference', () => {
  const build = (spec?: typeof base) =>
    flow({ eventShape: [2], layers: circularSpline(), ...(spec && { base: spec }) });
  expect(() => build()).toThrow(expect.objectContaining({ code: 'SUPPORT' }));
  expect(() => build(uniformBox({ low: -1, high: 1 }))).toThrow(expect.objectContaining({ code: 'SUPPORT' }));
});

test('a coupling refuses a transform that leaves its interval, and one without parameters', () => {
  const build = (dimensions: number) => flow({ eventShape: [dimensions], layers: [coupling({ transform: exp() })] });
  expect(() => build(2)).toThrow(/leaves some as they are/);
  expect(() => build(1)).toThrow(/a transform without parameters/);
});
