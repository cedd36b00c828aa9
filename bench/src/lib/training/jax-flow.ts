import { nn, numpy as np } from '@jax-js/jax';
import { denseShapes } from './model-size.ts';
import type { Problem } from './problem.ts';

type Numbers = np.Array;

/** A RealNVP as one writes it with jax-js: functions of a list of parameters, each of which takes what it is given. */
export interface JaxFlow {
  /** For each coupling, for each dense layer, the weight and the bias. */
  readonly params: Numbers[];
  /** `[batch]`, nats. */
  logProb(params: Numbers[], x: Numbers): Numbers;
  /** Base → data. */
  decode(params: Numbers[], z: Numbers): Numbers;
}

/** The flow of a problem with these weights. */
export function jaxFlow(problem: Problem, weights: Float32Array): JaxFlow {
  const { dimensions, layers, bound } = problem;
  const shapes = denseShapes(problem);
  let at = 0;
  const next = (shape: number[]): Numbers => {
    const begin = at;
    at += shape.reduce((product, length) => product * length, 1);
    return np.array(weights.slice(begin, at)).reshape(shape);
  };
  const params = Array.from({ length: layers }, () =>
    shapes.flatMap(([inputs, outputs]) => [next([inputs, outputs]), next([outputs])]),
  ).flat();

  /** What stays, what changes, and how: of coupling `i`, whose parameters these are. */
  function open(own: readonly Numbers[], i: number, x: Numbers) {
    const [first, second] = np.split(x, 2, 1) as [Numbers, Numbers];
    const [kept, changed] = i % 2 === 0 ? [first, second] : [second, first];
    let h = kept.ref;
    for (let layer = 0; layer < shapes.length; layer++) {
      h = np.matmul(h, own[2 * layer] as Numbers).add(own[2 * layer + 1] as Numbers);
      if (layer < shapes.length - 1) h = nn.relu(h);
    }
    const [raw, shift] = np.split(h, 2, 1) as [Numbers, Numbers];
    return { kept, changed, logScale: np.tanh(raw.div(bound)).mul(bound), shift };
  }
  const join = (i: number, kept: Numbers, changed: Numbers): Numbers =>
    np.concatenate(i % 2 === 0 ? [kept, changed] : [changed, kept], 1);
  const own = (all: Numbers[], i: number): Numbers[] => {
    const count = 2 * shapes.length;
    return all.slice(count * i, count * (i + 1));
  };

  return {
    params,
    logProb: (all, x) => {
      let z = x;
      let logDet: Numbers | null = null;
      for (let i = 0; i < layers; i++) {
        const { kept, changed, logScale, shift } = open(own(all, i), i, z);
        z = join(i, kept, changed.sub(shift).mul(np.exp(logScale.ref.mul(-1))));
        const step: Numbers = logScale.sum(1).mul(-1);
        logDet = logDet ? (logDet as Numbers).add(step) : step;
      }
      const logBase = np
        .square(z)
        .sum(1)
        .mul(-0.5)
        .sub(0.5 * dimensions * Math.log(2 * Math.PI));
      return logDet ? logBase.add(logDet) : logBase;
    },
    decode: (all, z) => {
      let x = z;
      for (let i = layers - 1; i >= 0; i--) {
        const { kept, changed, logScale, shift } = open(own(all, i), i, x);
        x = join(i, kept, changed.mul(np.exp(logScale)).add(shift));
      }
      return x;
    },
  };
}
