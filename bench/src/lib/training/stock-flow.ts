import {
  add,
  concat,
  div,
  exp,
  matMul,
  mul,
  neg,
  relu,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tanh,
  tensor,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { denseShapes } from './model-size.ts';
import type { Problem } from './problem.ts';

interface Dense {
  readonly weight: Variable;
  readonly bias: Variable;
}

/** A RealNVP as one writes it in plain tfjs: variables and functional ops, nothing else. */
export interface StockFlow {
  /** `[batch]`, nats. */
  logProb(x: Tensor): Tensor;
  /** Base → data. */
  decode(z: Tensor): Tensor;
}

function conditioner(x: Tensor, layers: readonly Dense[]): Tensor {
  return layers.reduce((h, { weight, bias }, i) => {
    const z = add(matMul(h as Tensor2D, weight as Tensor as Tensor2D), bias);
    return i < layers.length - 1 ? relu(z) : z;
  }, x);
}

/** The flow of a problem with these weights. */
export function stockFlow({ dimensions, layers, bound, ...size }: Problem, weights: Float32Array): StockFlow {
  const half = dimensions / 2;
  let at = 0;
  const next = (...shape: number[]): Variable => {
    const count = shape.reduce((product, length) => product * length, 1);
    const begin = at;
    at += count;
    return variable(tensor(weights.slice(begin, at), shape));
  };
  const couplings = Array.from({ length: layers }, (_, i) => ({
    keepsFirst: i % 2 === 0,
    denses: denseShapes({ dimensions, layers, ...size }).map(
      ([inputs, outputs]): Dense => ({ weight: next(inputs, outputs), bias: next(outputs) }),
    ),
  }));
  type Coupling = (typeof couplings)[number];

  const columns = (x: Tensor, from: number): Tensor => slice(x, [0, from], [x.shape[0] as number, half]);
  const join = ({ keepsFirst }: Coupling, kept: Tensor, changed: Tensor): Tensor =>
    concat(keepsFirst ? [kept, changed] : [changed, kept], 1);
  function open(coupling: Coupling, x: Tensor) {
    const kept = columns(x, coupling.keepsFirst ? 0 : half);
    const raw = conditioner(kept, coupling.denses);
    const logScale = mul(bound, tanh(div(columns(raw, 0), bound)));
    return { kept, changed: columns(x, coupling.keepsFirst ? half : 0), logScale, shift: columns(raw, half) };
  }

  return {
    logProb: (x) => {
      let z = x;
      let logDet: Tensor | null = null;
      for (const coupling of couplings) {
        const { kept, changed, logScale, shift } = open(coupling, z);
        z = join(coupling, kept, mul(sub(changed, shift), exp(neg(logScale))));
        const step = neg(sum(logScale, 1));
        logDet = logDet ? add(logDet, step) : step;
      }
      const logBase = sub(mul(-0.5, sum(square(z), 1)), 0.5 * dimensions * Math.log(2 * Math.PI));
      return logDet ? add(logBase, logDet) : logBase;
    },
    decode: (z) =>
      couplings.reduceRight((x, coupling) => {
        const { kept, changed, logScale, shift } = open(coupling, x);
        return join(coupling, kept, add(mul(changed, exp(logScale)), shift));
      }, z),
  };
}
