import { type Density, type FlowParams, isFlow } from '@diffeo/core';
import { slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { exportOnnx, type OnnxFunction } from '../../src/index.ts';
import { type OnnxRuntime, type Session, webRuntime } from './onnx-runtime.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** How to export, and where to run it. */
interface OnnxErrorOptions {
  readonly rounds?: number;
  /** Default: the build for browsers. */
  readonly runtime?: OnnxRuntime;
}

async function run(runtime: OnnxRuntime, session: Session, inputs: Tensors): Promise<Tensors> {
  const given = session.inputNames.map((name) => {
    const value = inputs[name] as Tensor;
    return [name, new runtime.Tensor('float32', value.dataSync() as Float32Array, value.shape)] as const;
  });
  const made = Object.entries(await session.run(Object.fromEntries(given)));
  return Object.fromEntries(made.map(([name, { data, dims }]) => [name, tensor(data as Float32Array, [...dims])]));
}

/** The largest |a − b| / max(1, |b|). */
function largestError(got: Tensor | undefined, wanted: Tensor): number {
  if (String(got?.shape) !== String(wanted.shape)) return Number.POSITIVE_INFINITY;
  const own = (got as Tensor).dataSync();
  const errors = Array.from(wanted.dataSync(), (value, i) =>
    Object.is(own[i], value) ? 0 : Math.abs((own[i] as number) - value) / Math.max(1, Math.abs(value)),
  );
  return errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...errors);
}

/** What the library itself returns, by the names of the exported function's outputs. */
function ownOutputs(model: Density, params: unknown, name: OnnxFunction, { x, z, ...options }: Tensors): Tensors {
  if (name === 'logProb') return { logProb: model.logProb(params, x as Tensor, options) };
  if (!isFlow(model)) throw new Error('a mixture has logProb alone');
  if (name === 'toData') return { x: model.toData(params as FlowParams, z as Tensor, options) };
  const { value, logDet } = model.toBase(params as FlowParams, x as Tensor, options);
  return { z: value, logDet };
}

/** How far an exported function is from the library's, over all its outputs: on all rows, on the first alone, and on none. */
export async function onnxError<P>(
  model: Density<P>,
  params: P,
  name: OnnxFunction,
  inputs: Tensors,
  { rounds, runtime = webRuntime }: OnnxErrorOptions = {},
): Promise<number> {
  const files = await exportOnnx(model, params, { functions: [name], ...(rounds !== undefined && { rounds }) });
  const firstRows = (count: number): Tensors =>
    Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, slice(value, 0, count)]));
  const session = await runtime.InferenceSession.create(files[name]);
  let largest = 0;
  for (const given of [inputs, firstRows(1), firstRows(0)]) {
    const got = await run(runtime, session, given);
    for (const [key, wanted] of Object.entries(ownOutputs(model, params, name, given))) {
      largest = Math.max(largest, largestError(got[key], wanted));
    }
  }
  await session.release();
  return largest;
}
