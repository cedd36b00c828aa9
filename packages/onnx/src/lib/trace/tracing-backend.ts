import { DiffeoError } from '@diffeo/core';
import { currentPart } from '@diffeo/core/engine';
import {
  type BackendValues,
  type DataType,
  getKernel,
  KernelBackend,
  type KernelConfig,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { TracedNode, TracedValue } from './traced.ts';

type DataId = TensorInfo['dataId'];
type KernelCall = Parameters<KernelConfig['kernelFunc']>[0];

/** Kernels whose result is known without the numbers that they are given. */
const knownBeforehand: ReadonlySet<string> = new Set(['ZerosLike', 'OnesLike']);

/**
 * A backend that notes each kernel and hands it to another backend, which runs it on a few rows. So shapes are right, and what depends
 * on no input is a constant with its numbers, without a rule of either for any kernel. All other numbers are those of placeholders,
 * and nobody may read them.
 */
export class TracingBackend extends KernelBackend {
  readonly nodes: TracedNode[] = [];
  private readonly real: KernelBackend;
  private readonly realName: string;
  private readonly values = new Map<DataId, TracedValue>();
  private readonly owned: DataId[] = [];

  constructor(realName: string, real: KernelBackend) {
    super();
    this.realName = realName;
    this.real = real;
  }

  /** What a tensor stands for. One that was made before is a constant. */
  tracedOf({ dataId, shape, dtype }: TensorInfo): TracedValue {
    return this.values.get(dataId) ?? { shape, dtype, info: { dataId, shape, dtype }, isConstant: true };
  }

  /** Makes a tensor that was written here an input. */
  declareInput({ dataId }: TensorInfo): void {
    const value = this.values.get(dataId);
    if (value) this.values.set(dataId, { ...value, isConstant: false });
  }

  /** Runs a kernel on the real backend, and notes it unless its result is a constant. */
  run(kernel: string, { inputs, attrs = {} }: KernelCall): TensorInfo | TensorInfo[] {
    const found = getKernel(kernel, this.realName);
    if (!found) throw new DiffeoError('EXPORT', `the ${this.realName} backend has no kernel '${kernel}'`);
    const given = Object.entries(inputs).flatMap(([name, info]) =>
      info ? [[name, this.tracedOf(info)] as const] : [],
    );
    const real = Object.fromEntries(given.map(([name, { info }]) => [name, info]));
    // Kernels of several tensors take a list.
    const handed: object = Array.isArray(inputs) ? Object.values(real) : real;
    const returned = found.kernelFunc({ inputs: handed as KernelCall['inputs'], attrs, backend: this.real });
    const infos = Array.isArray(returned) ? returned : [returned];
    const isConstant = knownBeforehand.has(kernel) || given.every(([, value]) => value.isConstant);
    const outputs = infos.map((info) => this.own(info, isConstant));
    if (!isConstant) {
      const part = currentPart();
      const kept = outputs.map(({ dataId }) => this.values.get(dataId) as TracedValue);
      this.nodes.push({ kernel, part, inputs: Object.fromEntries(given), attributes: attrs, outputs: kept });
    }
    return Array.isArray(returned) ? outputs : (outputs[0] as TensorInfo);
  }

  private own({ dataId, shape, dtype }: TensorInfo, isConstant: boolean): TensorInfo {
    this.owned.push(dataId);
    const own: TensorInfo = { dataId: {}, shape, dtype };
    this.values.set(own.dataId, { shape, dtype, info: { dataId, shape, dtype }, isConstant });
    return own;
  }

  /** Gives back what the real backend holds. */
  release(): void {
    for (const dataId of this.owned) this.real.disposeData(dataId);
    this.owned.length = 0;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    return this.own({ dataId: this.real.write(values, shape, dtype), shape, dtype }, true).dataId;
  }

  override readSync(dataId: DataId): BackendValues {
    return this.real.readSync(this.readable(dataId));
  }

  override async read(dataId: DataId): Promise<BackendValues> {
    return await this.real.read(this.readable(dataId));
  }

  private readable(dataId: DataId): DataId {
    const value = this.values.get(dataId);
    if (value?.isConstant) return value.info.dataId;
    throw new DiffeoError(
      'EXPORT',
      'it reads values back, and what it does then depends on them, which a graph cannot. A loop may ask `fixedRounds` of @diffeo/core/engine how often to run.',
    );
  }

  override disposeData(dataId: DataId): boolean {
    this.values.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.values.size;
  }

  override incRef(): void {
    // Every tensor here has data of its own.
  }

  override refCount(): number {
    return 1;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    // What the real backend holds is read after the trace: release() gives it back.
  }
}
