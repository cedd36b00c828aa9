import { type AdamKernelAttributes, kernelNames } from '@diffeo/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from './backend.ts';
import { outputs, withScratch } from './heap.ts';
import type { Machine } from './machine.ts';

type Inputs = Readonly<Record<string, TensorInfo>>;

const entryBytes = 20;
/** Of a gradient that is longer after clipping, squares are no float32. */
const largestLength = 1e19;

/** tfjs keeps packed copies of the filters of convolutions by the tensor's number: they must go when a filter changes. */
function forgetPacked({ wasm, dataIdMap }: WasmBackend, tensor: TensorInfo): void {
  const { id, memoryOffset } = dataIdMap.get(tensor.dataId);
  wasm.tfjs.disposeData(id);
  wasm.tfjs.registerTensor(id, util.sizeFromShape(tensor.shape), memoryOffset);
}

/** The tensors `name0`, `name1`, … */
function list(inputs: Inputs, name: string): readonly TensorInfo[] {
  const found: TensorInfo[] = [];
  for (let next = inputs[`${name}0`]; next; next = inputs[`${name}${found.length}`]) found.push(next);
  return found;
}

/** Where gradient number `index` of each parameter is; `null` where there is no such gradient. */
function gradientOf(
  backend: WasmBackend,
  inputs: Inputs,
  index: number,
  offsets: readonly number[],
): readonly number[] | null {
  const whole = inputs[`gradient${index}`];
  if (whole) return offsets.map((offset) => addressOf(backend, whole) + offset);
  const own = list(inputs, `gradient${index}.`);
  return own.length > 0 ? own.map((tensor) => addressOf(backend, tensor)) : null;
}

/** `DiffeoAdam`: the gradients' sum, its norm, clipping, and Adam over all parameters, without a copy. */
export const adamKernel = (machineOf: (backend: WasmBackend) => Machine): KernelConfig => ({
  kernelName: kernelNames.adam,
  backendName: 'wasm',
  kernelFunc: ({ inputs: given, attrs, backend: current }) => {
    const { backend, kernels } = machineOf(current as WasmBackend);
    const { rate, epsilon, beta1, beta2, clipNorm } = attrs as unknown as AdamKernelAttributes;
    const inputs = given as Inputs;
    const at = (name: string) => addressOf(backend, inputs[name] as TensorInfo);
    const parameters = list(inputs, 'parameter');
    const sizes = parameters.map(({ shape }) => util.sizeFromShape(shape));
    let bytes = 0;
    const offsets = sizes.map((size) => {
      bytes += 4 * size;
      return bytes - 4 * size;
    });
    const gradient = gradientOf(backend, inputs, 0, offsets) as readonly number[];
    for (
      let i = 1, next = gradientOf(backend, inputs, i, offsets);
      next;
      next = gradientOf(backend, inputs, ++i, offsets)
    ) {
      for (const [j, sum] of gradient.entries()) kernels.add(sum, next[j] as number, sizes[j] as number, sum);
    }
    return withScratch(backend, parameters.length * entryBytes, (table) => {
      const [norm] = outputs(backend, [[]]) as [TensorInfo];
      const [mean, square] = [at('mean'), at('square')];
      const rows = parameters.flatMap((parameter, i) => {
        const offset = offsets[i] as number;
        return [
          ...[addressOf(backend, parameter), gradient[i] as number],
          ...[mean + offset, square + offset, sizes[i] as number],
        ];
      });
      new Uint32Array(backend.wasm.HEAPU8.buffer, table, rows.length).set(rows);
      const found = Math.sqrt(kernels.squaredNorm(table, parameters.length));
      const gradientNorm = Math.min(found, clipNorm) >= largestLength ? Number.POSITIVE_INFINITY : found;
      new Float32Array(backend.wasm.HEAPU8.buffer, addressOf(backend, norm), 1)[0] = gradientNorm;
      if (Number.isFinite(gradientNorm)) {
        const scale = gradientNorm > clipNorm ? clipNorm / gradientNorm : 1;
        kernels.adam(table, parameters.length, scale, rate, beta1, beta2, epsilon);
        for (const parameter of parameters) if (parameter.shape.length > 2) forgetPacked(backend, parameter);
      }
      return norm;
    });
  },
});
