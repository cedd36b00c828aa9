import { DiffeoError } from '@diffeo/core';
import { type BackendValues, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';

export type DataId = TensorInfo['dataId'];

/** What tfjs's WASM backend (4.22) keeps of a tensor. */
interface TensorData {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** How many tensors share it. */
  refCount: number;
  /** The address of the first byte. 0 where there was no memory left. */
  readonly memoryOffset: number;
}

/** What these kernels rely on of the inside of tfjs's WASM backend, all of it in this file, `guard.ts` and `heap.ts`. */
export interface WasmBackend {
  readonly wasm: {
    readonly asm: { readonly memory: WebAssembly.Memory };
    /** The current view: a growing heap replaces it, so it is read anew after anything that allocates. */
    readonly HEAPU8: Uint8Array;
    /** Signed, and 0 where there is no memory left. */
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly tfjs: {
      registerTensor(id: number, size: number, address: number): void;
      disposeData(id: number): void;
    };
  };
  readonly dataIdMap: {
    get(dataId: DataId): TensorData;
    has(dataId: DataId): boolean;
    delete(dataId: DataId): boolean;
  };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** Makes a tensor by `move`. */
  write(values: BackendValues | null, shape: number[], dtype: DataType): DataId;
  readSync(dataId: DataId, start?: number, end?: number): BackendValues;
  /** Takes memory for a tensor and copies `values` there, if there are any. Every tensor is made by it. */
  move(dataId: DataId, values: BackendValues | null, shape: number[], dtype: DataType, refCount: number): void;
  /** Frees a tensor's memory where nothing else refers to it, or by force. */
  disposeData(dataId: DataId, force?: boolean): boolean;
  incRef(dataId: DataId): void;
}

/** Whether this is a backend that these kernels know: tfjs's WASM, not its threaded variant, whose memory is shared. */
export function isWasmBackend(backend: unknown): backend is WasmBackend {
  const memory = (backend as Partial<WasmBackend> | null)?.wasm?.asm?.memory;
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory?.buffer instanceof SharedArrayBuffer;
  return memory !== undefined && !shared;
}

/**
 * Where a tensor's numbers begin. They stay there for as long as it lives, whatever the heap does. Kernels ask here for
 * every tensor that they take, so this is where a whole number's bits are kept from being read as those of a float32.
 *
 * @throws DiffeoError `TENSOR_DTYPE` where the tensor is of another type than the kernel reads.
 */
export function addressOf(backend: WasmBackend, info: TensorInfo, dtype: DataType = 'float32'): number {
  if (info.dtype !== dtype) refuseType(info, dtype);
  return backend.dataIdMap.get(info.dataId).memoryOffset;
}

function refuseType(info: TensorInfo, dtype: DataType): never {
  throw new DiffeoError(
    'TENSOR_DTYPE',
    `a kernel reads ${dtype} and was given a tensor [${info.shape.join(', ')}] of ${info.dtype}: cast it first, tf.cast(x, '${dtype}')`,
  );
}

/** The numbers of a float32 tensor where they are. Valid until the next tensor is made, since the heap moves when it grows. */
export const numbersAt = (backend: WasmBackend, info: TensorInfo): Float32Array =>
  new Float32Array(backend.wasm.HEAPU8.buffer, addressOf(backend, info), util.sizeFromShape([...info.shape]));

/** tfjs keeps packed copies of weights and filters by the tensor's number: they must go when its numbers change. */
export function forgetPacked({ wasm, dataIdMap }: WasmBackend, { dataId, shape }: TensorInfo): void {
  const { id, memoryOffset } = dataIdMap.get(dataId);
  wasm.tfjs.disposeData(id);
  wasm.tfjs.registerTensor(id, util.sizeFromShape([...shape]), memoryOffset);
}
