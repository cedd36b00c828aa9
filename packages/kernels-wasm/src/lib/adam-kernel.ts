import { type AdamKernelAttributes, kernelNames } from '@diffeo/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from './backend.ts';
import { outputs, withScratch } from './heap.ts';
import type { Machine } from './kernel-module.ts';

const entryBytes = 20;

/** tfjs keeps packed copies of the filters of convolutions by the tensor's number: they must go when a filter changes. */
function forgetPacked({ wasm, dataIdMap }: WasmBackend, tensor: TensorInfo): void {
  const { id, memoryOffset } = dataIdMap.get(tensor.dataId);
  wasm.tfjs.disposeData(id);
  wasm.tfjs.registerTensor(id, util.sizeFromShape(tensor.shape), memoryOffset);
}

/** `DiffeoAdam`: the gradients' norm, clipping, and Adam over all parameters, without a copy. */
export const adamKernel = (machineOf: (backend: WasmBackend) => Machine): KernelConfig => ({
  kernelName: kernelNames.adam,
  backendName: 'wasm',
  kernelFunc: ({ inputs: given, attrs, backend: current }) => {
    const { backend, kernels } = machineOf(current as WasmBackend);
    const { rate, epsilon, beta1, beta2, clipNorm } = attrs as unknown as AdamKernelAttributes;
    const inputs = given as Readonly<Record<string, TensorInfo>>;
    const at = (name: string) => addressOf(backend, inputs[name] as TensorInfo);
    const parameters: TensorInfo[] = [];
    for (let next = inputs['parameter0']; next; next = inputs[`parameter${parameters.length}`]) parameters.push(next);
    return withScratch(backend, parameters.length * entryBytes, (table) => {
      const [norm] = outputs(backend, [[]]) as [TensorInfo];
      let offset = 0;
      const asOne = parameters.length > 1 && !inputs['gradient1'];
      const [mean, square, first] = [at('mean'), at('square'), at('gradient0')];
      const rows = parameters.flatMap((parameter, i) => {
        const gradient = asOne ? first + offset : at(`gradient${i}`);
        const size = util.sizeFromShape(parameter.shape);
        const row = [addressOf(backend, parameter), gradient, mean + offset, square + offset, size];
        offset += 4 * size;
        return row;
      });
      new Uint32Array(backend.wasm.HEAPU8.buffer, table, rows.length).set(rows);
      const gradientNorm = Math.sqrt(kernels.squaredNorm(table, parameters.length));
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
