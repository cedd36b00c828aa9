import { flow, fold, randomSource } from '@diffeo/core';
import { neuralSpline } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { fit, sample } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { neighbourAccuracy } from './neighbour-accuracy.ts';

type Pair = readonly [number, number];
type Source = ReturnType<typeof randomSource>;

/** A classifier that tells learned samples from true ones may be right so often; one that cannot is at 0.5. */
const allowed = 0.6;
const [draws, observations] = [1000, 3];

/** A point of the crescent: the noise of the simulator. */
function crescent({ uniform, normal }: Source): Pair {
  const angle = Math.PI * (uniform() - 0.5);
  const radius = 0.1 + 0.01 * normal();
  return [radius * Math.cos(angle) + 0.25, radius * Math.sin(angle)];
}

const prior = ({ uniform }: Source): Pair => [2 * uniform() - 1, 2 * uniform() - 1];

/** The two moons of sbibm (Lueckmann et al. 2021, T.8): x is a point of a crescent, moved by −|θ₁ + θ₂|/√2 and (θ₂ − θ₁)/√2. */
function simulate([a, b]: Pair, source: Source): Pair {
  const [p, q] = crescent(source);
  return [p - Math.abs(a + b) / Math.SQRT2, q + (b - a) / Math.SQRT2];
}

/** The posterior itself: the crescent's point that led to x is drawn, and either sign of θ₁ + θ₂ is as likely. */
function posterior([x, y]: Pair, source: Source): Pair {
  for (;;) {
    const [p, q] = crescent(source);
    const size = Math.SQRT2 * (p - x);
    const sum = source.uniform() < 0.5 ? size : -size;
    const difference = Math.SQRT2 * (y - q);
    const theta: Pair = [(sum - difference) / 2, (sum + difference) / 2];
    if (size >= 0 && theta.every((value) => Math.abs(value) <= 1)) return theta;
  }
}

/** Throws where a classifier tells samples of the learned posterior from those of the true one at any of some observations. */
export async function moonPosterior({ simulations, steps, seed }: Record<'simulations' | 'steps' | 'seed', number>) {
  const source = randomSource(fold(seed, 'simulations'));
  const theta = Array.from({ length: simulations }, () => prior(source));
  // Contexts are brought near mean 0 and deviation 1.
  const contextOf = ([x, y]: Pair): [number, number] => [(x + 0.15) * 2.5, y * 2];
  const seen = theta.map((pair) => contextOf(simulate(pair, source)));
  const model = flow({
    eventShape: [2],
    contextShape: [2],
    layers: [standardise(), ...neuralSpline({ layers: 6, hidden: [64, 64], bins: 16, bound: 3 })],
  });
  const data = { x: tensor2d(theta as [number, number][]), context: tensor2d(seen) };
  const { params } = await fit(model, data, { steps, batchSize: 512, learningRate: 3e-3, ema: 0.999, seed });

  const accuracies: number[] = [];
  for (let k = 0; k < observations; k++) {
    const own = randomSource(fold(seed, `observation ${k}`));
    const observed = simulate(prior(own), own);
    const context = tensor2d([contextOf(observed)]);
    const numbers = await sample(model, params, { count: draws, seed: fold(seed, `draws ${k}`), context });
    const learned = Array.from(
      { length: draws },
      (_, i): Pair => [numbers[2 * i] as number, numbers[2 * i + 1] as number],
    );
    const truth = Array.from({ length: draws }, () => posterior(observed, own));
    accuracies.push(neighbourAccuracy(learned, truth));
  }
  const found = `two moons: a classifier is right in ${accuracies.map((value) => value.toFixed(3)).join(', ')} of cases`;
  if (Math.max(...accuracies) > allowed) throw new Error(`${found}, ${allowed} allowed (seed ${seed})`);
  return found;
}
