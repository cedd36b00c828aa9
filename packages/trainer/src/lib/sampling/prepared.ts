import type { Flow, FlowParams, LogProbOptions, SampleOptions } from '@diffeo/core';
import { openTapes } from '@diffeo/core/engine';
import { numbersOf, type Repeated, repeated } from '@diffeo/kernels-wasm';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { listInputs, namedInputs } from '../training/flow-inputs.ts';

/** A flow whose parameters stay the same tensors. */
export interface Prepared {
  /** `model.logProb` with these parameters. The caller owns the result. */
  logProb(x: Tensor, options?: LogProbOptions): Tensor;
  /** `model.sample` with these parameters. The caller owns the result. */
  sample(options: SampleOptions): Tensor;
  /** Gives the memory back. What is asked afterwards, the flow itself does. */
  dispose(): void;
}

/** How many kinds of work, by shapes, are remembered. */
const most = 8;

const copyOf = (result: Tensor): Tensor =>
  tensor(numbersOf(result)?.slice() ?? result.dataSync(), result.shape, result.dtype);

/**
 * A flow that scores and samples again and again with the same parameters, as an animation or a server does: the same numbers to the
 * bit as the flow itself, with less around them. With the kernels of `@diffeo/kernels-wasm`, what it does to inputs of a shape is known
 * by heart from the third time on. Memory stays taken for each such shape until it is disposed; the parameters stay the caller's, and
 * what changes them in place is seen.
 *
 * @throws DiffeoError what `logProb` and `sample` throw.
 */
export function prepared(model: Flow, params: FlowParams): Prepared {
  const known = new Map<string, Repeated>();
  let disposed = false;

  function run(name: string, inputs: readonly Tensor[], f: (inputs: readonly Tensor[]) => Tensor): Tensor {
    if (disposed) return f(inputs);
    const key = [name, ...inputs.map(({ dtype, shape }) => `${dtype} ${shape}`)].join('; ');
    const work = known.get(key) ?? repeated((given) => [f(given)]);
    // The one used last comes last.
    known.delete(key);
    known.set(key, work);
    const [oldest] = known;
    if (known.size > most && oldest) {
      known.delete(oldest[0]);
      oldest[1].dispose();
    }
    const [result] = work.run(inputs);
    const copy = copyOf(result as Tensor);
    work.forget();
    return copy;
  }

  return {
    logProb: (x, options = {}) => {
      const { context, seed, noise } = options;
      // Dropout is drawn anew each time, and a gradient needs the tape.
      if (seed !== undefined || openTapes() > 0) return model.logProb(params, x, options);
      const isSeed = model.dequantizes && typeof noise === 'number';
      const drawn = isSeed ? model.drawNoise(x.shape[0] ?? 0, noise) : null;
      if (model.dequantizes && !drawn) return model.logProb(params, x, options);
      const inputs = listInputs({ x, ...(context && { context }), ...(drawn && { noise: drawn }) });
      try {
        return run('logProb', inputs, (given) => {
          const { x: own, ...call } = namedInputs(model, given);
          return model.logProb(params, own, call);
        });
      } finally {
        drawn?.dispose();
      }
    },
    sample: (options) => {
      if (openTapes() > 0) return model.sample(params, options);
      const { context } = options;
      const z = model.drawBase(params, options);
      try {
        return run('sample', listInputs({ x: z, ...(context && { context }) }), (given) => {
          const { x: point, ...call } = namedInputs(model, given);
          return model.toData(params, point, call);
        });
      } finally {
        z.dispose();
      }
    },
    dispose: () => {
      disposed = true;
      for (const work of known.values()) work.dispose();
      known.clear();
    },
  };
}

/** From so many times on it is worth while: what is prepared is run about once and a half more than it is asked to. */
const worthWhile = 16;

/** The flow for so many calls of the same shape: prepared where that pays, as it is otherwise. */
export const preparedFor = (model: Flow, params: FlowParams, times: number): Prepared =>
  times >= worthWhile
    ? prepared(model, params)
    : {
        logProb: (x, options) => model.logProb(params, x, options),
        sample: (options) => model.sample(params, options),
        dispose: () => undefined,
      };
