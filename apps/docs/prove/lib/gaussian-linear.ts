import { flow, fold, normal } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { conditionalNormal, mlp } from '@diffeo/networks';
import { fit, sample } from '@diffeo/trainer';
import { add, mul, tensor2d } from '@tensorflow/tfjs-core';

/** The variance of the prior and of the noise, as in sbibm (Lueckmann et al. 2021). */
const variance = 0.1;
const priorDeviation = Math.sqrt(variance);
/** How far mean and deviation of each number may be off, in deviations of the prior. */
const allowed = 0.02;
const [draws, observations] = [40_000, 4];

interface GaussianLinear {
  readonly dimensions: number;
  readonly simulations: number;
  readonly steps: number;
  readonly seed: number;
}

/**
 * θ ~ N(0, 0.1·I), x | θ ~ N(θ, 0.1·I): the posterior is N(x/2, 0.05·I). Throws where the learned one is off at any of some observations.
 */
export async function gaussianLinear({ dimensions, simulations, steps, seed }: GaussianLinear): Promise<string> {
  const scaled = (rows: number, label: string) => mul(normal([rows, dimensions], fold(seed, label)), priorDeviation);
  const theta = scaled(simulations, 'parameters');
  const x = add(theta, scaled(simulations, 'noise'));
  // Contexts are brought to deviation 1.
  const seen = 1 / Math.sqrt(2 * variance);
  const model = flow({
    eventShape: [dimensions],
    contextShape: [dimensions],
    layers: [standardise(), ...realNVP({ layers: 2, hidden: [32], activation: 'tanh' })],
    // A line through the context moves the base: of many parameters, couplings alone leave means 0.08 deviations off.
    base: conditionalNormal({ conditioner: mlp({ hidden: [] }) }),
  });
  const data = { x: theta, context: mul(x, seen) };
  const { params } = await fit(model, data, { steps, batchSize: 1024, learningRate: 1e-2, ema: 0.998, seed });

  let furthest = 0;
  for (let k = 0; k < observations; k++) {
    const observed = [...add(scaled(1, `theta ${k}`), scaled(1, `noise ${k}`)).dataSync()];
    const context = mul(tensor2d([observed]), seen);
    const drawn = await sample(model, params, { count: draws, seed: fold(seed, `draws ${k}`), context });
    for (let d = 0; d < dimensions; d++) {
      const values = drawn.filter((_, i) => i % dimensions === d);
      const mean = values.reduce((sum, value) => sum + value, 0) / draws;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
      const off = [mean - (observed[d] as number) / 2, deviation - Math.sqrt(variance / 2)];
      furthest = Math.max(furthest, ...off.map((each) => Math.abs(each) / priorDeviation));
    }
  }
  const found = `Gaussian linear, ${dimensions} parameters: means and deviations within ${furthest.toFixed(4)} prior deviations`;
  if (furthest > allowed) throw new Error(`${found}, ${allowed} allowed (seed ${seed})`);
  return found;
}
