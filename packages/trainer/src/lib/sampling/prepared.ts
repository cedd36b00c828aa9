import { type Density, type FlowParams, isFlow, type LogProbOptions, type SampleOptions } from '@diffeo/core';
import { requireData, requireParams, requireTensor } from '@diffeo/core/arguments';
import { openTapes } from '@diffeo/core/engine';
import { numbersOf } from '@diffeo/kernels-wasm';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { requireDensity, requireFlow } from '../data/hold.ts';
import { listInputs, namedInputs } from '../training/flow-inputs.ts';
import { inFixedRounds } from './in-fixed-rounds.ts';
import { replays } from './replays.ts';

/** A flow whose parameters stay the same tensors. */
export interface Prepared {
  /** `model.logProb` with these parameters. The caller owns the result. */
  logProb(x: Tensor, options?: LogProbOptions): Tensor;
  /** `model.sample` with these parameters. The caller owns the result. */
  sample(options: SampleOptions): Tensor;
  /**
   * `model.toData` with these parameters: points of the base, `[batch, ...baseShape]`, as events. The caller owns the result.
   *
   * @throws DiffeoError `CONFIG` of a mixture, which has no one base.
   */
  toData(z: Tensor, options?: { readonly context?: Tensor }): Tensor;
  /** Gives the memory back. What is asked afterwards, the flow itself does. */
  dispose(): void;
}

const copyOf = (result: Tensor): Tensor =>
  tensor(numbersOf(result)?.slice() ?? result.dataSync(), result.shape, result.dtype);

/** Options under which work is the same each time but for its inputs: others are the flow's own affair, to do or to refuse. */
const replayable = {
  logProb: new Set(['context', 'noise', 'gradient']),
  sample: new Set(['count', 'seed', 'context', 'temperature']),
  toData: new Set(['context']),
};

/** Tensors that were made of those given, which are nobody's afterwards. */
function conversions() {
  const own: Tensor[] = [];
  return {
    held: (made: Tensor, from: Tensor | null): Tensor => {
      if (made !== from) own.push(made);
      return made;
    },
    dispose: (): void => {
      for (const made of own) made.dispose();
    },
  };
}

const onlyHas = (options: object, names: ReadonlySet<string>): boolean => {
  for (const name in options) if (!names.has(name)) return false;
  return true;
};

/**
 * A flow that scores and samples again and again with the same parameters, as an animation or a server does: the same numbers to the
 * bit as the flow itself, with less around them. With the kernels of `@diffeo/kernels-wasm`, the shapes of inputs that come often
 * are recorded, eight at a time, and replayed; all others the flow does itself. Memory stays taken for each recorded shape until
 * this is disposed; the parameters stay the caller's, and what changes them in place is seen.
 *
 * @throws DiffeoError what `logProb` and `sample` throw.
 */
export function prepared<P>(model: Density<P>, params: P): Prepared {
  requireDensity(model, 'prepared');
  requireParams(model.layout, params, 'prepared');
  const recorded = replays();
  let disposed = false;

  /** The work on these inputs: replayed where it is recorded. */
  function run(name: string, inputs: readonly Tensor[], work: (inputs: readonly Tensor[]) => Tensor): Tensor {
    const [x] = inputs as readonly [Tensor];
    const inRounds = (given: readonly Tensor[]): Tensor => inFixedRounds(model, x, () => work(given));
    const found = recorded.find(name, inputs, (given) => [inRounds(given)]);
    if (!found) return work(inputs);
    // A replay reads their memory, whoever has it.
    requireParams(model.layout, params, name);
    const [result] = found.run(inputs);
    const copy = copyOf(result as Tensor);
    found.release();
    return copy;
  }

  const logProb: Prepared['logProb'] = (given, options = {}) => {
    const { noise } = options;
    // Dropout is drawn anew each time, and a gradient needs the tape.
    const plain = disposed || openTapes() > 0 || !onlyHas(options, replayable.logProb);
    if (plain || (model.dequantizes && typeof noise !== 'number')) return model.logProb(params, given, options);
    const { held, dispose } = conversions();
    try {
      const x = held(requireData(model, given), given);
      const context =
        options.context && held(requireTensor(options.context, 'the context', 'CONTEXT'), options.context);
      const drawn = model.dequantizes && isFlow(model) ? model.drawNoise(x.shape[0] as number, noise as number) : null;
      if (model.dequantizes && !drawn) return model.logProb(params, given, options);
      const inputs = listInputs({ x, ...(context && { context }), ...(drawn && { noise: held(drawn, null) }) });
      return run('logProb', inputs, (inner) => {
        const { x: point, ...call } = namedInputs(model, inner);
        return model.logProb(params, point, call);
      });
    } finally {
      dispose();
    }
  };

  const sample: Prepared['sample'] = (options) => {
    const plain = disposed || openTapes() > 0 || !onlyHas(options, replayable.sample);
    // Of a mixture, members are drawn by the seed too.
    if (plain || !isFlow(model)) return model.sample(params, options);
    const own = params as FlowParams;
    const z = model.drawBase(own, options);
    const { context: given } = options;
    const context = given && requireTensor(given, 'the context', 'CONTEXT');
    try {
      return run('sample', listInputs({ x: z, ...(context && { context }) }), (inner) => {
        const { x: point, ...call } = namedInputs(model, inner);
        return model.toData(own, point, call);
      });
    } finally {
      z.dispose();
      if (context !== given) context?.dispose();
    }
  };

  const toData: Prepared['toData'] = (given, options = {}) => {
    requireFlow(model, 'toData');
    const own = params as FlowParams;
    const plain = disposed || openTapes() > 0 || !onlyHas(options, replayable.toData);
    if (plain) return model.toData(own, given, options);
    const { held, dispose } = conversions();
    try {
      const x = held(requireTensor(given, 'what goes to data'), given);
      const context =
        options.context && held(requireTensor(options.context, 'the context', 'CONTEXT'), options.context);
      return run('toData', listInputs({ x, ...(context && { context }) }), (inner) => {
        const { x: point, ...call } = namedInputs(model, inner);
        return model.toData(own, point, call);
      });
    } finally {
      dispose();
    }
  };

  return {
    logProb,
    sample,
    toData,
    dispose: () => {
      disposed = true;
      recorded.dispose();
    },
  };
}

/** From so many times on it is worth while: what is recorded is run some times before. */
const worthWhile = 16;

/** The flow for so many calls of the same shape: prepared where that pays, as it is otherwise. */
export const preparedFor = <P>(model: Density<P>, params: P, times: number): Omit<Prepared, 'toData'> =>
  times >= worthWhile
    ? prepared(model, params)
    : {
        logProb: (x, options) => model.logProb(params, x, options),
        sample: (options) => model.sample(params, options),
        dispose: () => undefined,
      };
