import { type Density, DiffeoError, leaves } from '@diffeo/core';
import {
  listOf,
  type OptionChecks,
  oneOf,
  required,
  requireOptions,
  requireParams,
  wholeNumber,
} from '@diffeo/core/arguments';
import { currentPart, withFixedRounds } from '@diffeo/core/engine';
import { type Exported, exported, type OnnxFunction } from './exported-function.ts';
import { buildGraph } from './graph/build-graph.ts';
import { readConstants } from './graph/constants.ts';
import { batchSizes, type Operand, pairTraces } from './graph/paired-trace.ts';
import { kernels } from './kernels/kernels.ts';
import { type OnnxValue, writeModel } from './protobuf/onnx-model.ts';
import { type Tracer, tracer } from './trace/trace.ts';

/** How to export. */
export interface ExportOnnxOptions<F extends OnnxFunction = OnnxFunction> {
  /** Each becomes a file of its own. */
  readonly functions: readonly F[];
  /**
   * How often loops run that otherwise end when values say so, such as the inverse of an autoregressive layer. Default: as often as
   * gives the answer whatever the values are, where that is at most 64 times; else they are refused by name.
   */
  readonly rounds?: number;
}

/** The most rounds of a loop that are written out unasked. */
const maxRounds = 64;

const checks: OptionChecks<ExportOnnxOptions> = {
  functions: required(listOf(oneOf('logProb', 'toBase', 'toData'))),
  rounds: wholeNumber({ from: 1 }),
};

/** In how many rounds a loop ends. What is chosen is noted in `loops`, in words. */
const roundsFor = (rounds: number | undefined, loops: Set<string>) => (loop: string, exact: number | null) => {
  const own = rounds === undefined ? exact : Math.min(rounds, exact ?? rounds);
  if (own !== null && (rounds !== undefined || own <= maxRounds)) {
    const enough = exact === null ? '' : own < exact ? ` of ${exact} that are exact` : ', which is exact';
    loops.add(`${currentPart() ?? 'the model'}: ${loop}: ${own}${enough}`);
    return own;
  }
  const many = exact === null ? 'no number of rounds is always enough' : `${exact} rounds would be written out`;
  throw new DiffeoError('EXPORT', `${loop} end when values say so, and ${many}: say how many with the option rounds`);
};

async function writeFunction(
  part: Exported,
  title: string,
  names: ReadonlyMap<object, string>,
  own: Tracer,
  rounds?: number,
) {
  const { run, shapesOf, docs } = part;
  const [few, more] = batchSizes;
  const loops = new Set<string>();
  const traceWith = (size: number) => withFixedRounds(roundsFor(rounds, loops), () => own.trace(run, shapesOf(size)));
  const paired = pairTraces(traceWith(few), traceWith(more));
  const graph = buildGraph(paired, await readConstants(paired, own), names);
  const described = (values: Readonly<Record<string, Operand>>): OnnxValue[] =>
    Object.entries(values).map(([name, { dtype, shape }]) => ({
      name,
      dtype,
      shape: shape.map(([a, b]) => (a === b ? a : 'batch')),
      doc: docs[name] ?? '',
    }));
  return writeModel({
    ...graph,
    name: title,
    doc: `${title} of a normalizing flow, exported by @diffeo/onnx`,
    inputs: described(paired.inputs),
    outputs: described(paired.outputs),
    metadata: { 'diffeo.function': title, ...(loops.size > 0 && { 'diffeo.rounds': [...loops].join('; ') }) },
  });
}

/**
 * Functions of a model as ONNX files (opset 17), each on its own, for any runtime of ONNX. Inputs and outputs are float32, with any
 * number of rows, in nats and in the units of the data:
 *
 * - `logProb`: `x` `[batch, ...eventShape]` → `logProb` `[batch]`
 * - `toBase`: `x` → `z` `[batch, ...baseShape]`, `logDet` `[batch]`
 * - `toData`: `z` → `x`
 *
 * A conditional model takes `context` `[batch, ...contextShape]` besides; one that dequantizes takes `noise`, uniform numbers on
 * [0, 1), where it maps data. Parameters become constants of the graph, under their paths.
 *
 * The model runs twice on a few rows on the current backend, and what it does is written down: any layer exports whose operations have an
 * equivalent in ONNX.
 *
 * @example
 * const { logProb } = await exportOnnx(model, params, { functions: ['logProb'] });
 * writeFileSync('log-prob.onnx', logProb);
 *
 * @throws DiffeoError `EXPORT`, with the layer's name, for an operation without an equivalent, for values that are read back, for noise,
 * and for what depends on the number of rows; `SPEC` for what a mixture does not have; `UNSTARTED`, `PARAMETERS`, `CONFIG`.
 */
export async function exportOnnx<P, F extends OnnxFunction>(
  model: Density<P>,
  params: P,
  options: ExportOnnxOptions<F>,
): Promise<Readonly<Record<F, Uint8Array>>> {
  requireOptions<ExportOnnxOptions>('exportOnnx', options, checks);
  requireParams(model.layout, params, 'exportOnnx');
  const names = new Map(
    leaves(model.layout, params).flatMap(({ path, tensor }) => (tensor ? [[tensor.dataId, path] as const] : [])),
  );
  const own = tracer(Object.keys(kernels));
  try {
    const files: [F, Uint8Array][] = [];
    for (const name of options.functions) {
      files.push([name, await writeFunction(exported(model, params, name), name, names, own, options.rounds)]);
    }
    return Object.fromEntries(files) as Record<F, Uint8Array>;
  } finally {
    own.release();
  }
}
