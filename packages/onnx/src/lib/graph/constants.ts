import { DiffeoError } from '@diffeo/core';
import type { TypedArray } from '@tensorflow/tfjs-core';
import type { Tracer } from '../trace/trace.ts';
import type { TracedValue } from '../trace/traced.ts';
import { batchSizes, isFixed, type Operand, type PairedTrace } from './paired-trace.ts';

/** The numbers of a constant; repeated for each row along the axes whose size depends on the number of rows. */
export interface ConstantNumbers {
  readonly values: TypedArray;
  readonly shape: readonly number[];
  readonly repeated: readonly boolean[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** `values`, of a shape, at the places of the numbers of `within`, each axis of which starts again where `shape` ends. */
function tiled(values: TypedArray, shape: readonly number[], within: readonly number[]): TypedArray {
  const result = values.slice(0, 0);
  const made = new (result.constructor as new (length: number) => TypedArray)(sizeOf(within));
  for (let i = 0; i < made.length; i++) {
    let [left, from, stride] = [i, 0, 1];
    for (let axis = within.length - 1; axis >= 0; axis--) {
      const [size, own] = [within[axis] as number, shape[axis] as number];
      from += ((left % size) % own) * stride;
      left = Math.floor(left / size);
      stride *= own;
    }
    made[i] = values[from] as number;
  }
  return made;
}

const same = (a: TypedArray, b: TypedArray): boolean => a.length === b.length && a.every((x, i) => Object.is(x, b[i]));

/** @throws DiffeoError `EXPORT` where the numbers depend on how many rows there are. */
async function numbersOf({ shape, constant }: Operand, tracer: Tracer): Promise<ConstantNumbers> {
  const [first, second] = constant as readonly [TracedValue, TracedValue];
  const read = async (value: TracedValue) => (await tracer.read(value)) as TypedArray;
  const values = await read(first);
  const repeated = shape.map((size) => !isFixed(size));
  if (first.info.dataId === second.info.dataId) return { values, shape: first.shape, repeated };
  const others = await read(second);
  const [few] = batchSizes;
  const one = shape.map(([a, b]) => (a === b ? a : b - a));
  const fits = shape.every(([a], axis) => !repeated[axis] || a === few * (one[axis] as number));
  if (fits) {
    const chunk = repeated.some(Boolean) ? tiled(values, first.shape, one) : values;
    if (same(tiled(chunk, one, first.shape), values) && same(tiled(chunk, one, second.shape), others)) {
      return { values: chunk, shape: one, repeated };
    }
  }
  throw new DiffeoError(
    'EXPORT',
    `its numbers [${first.shape}] depend on how many rows there are or differ from row to row, as noise does; a graph has neither`,
  );
}

/** The numbers of every constant that a trace needs. Refusals name the part that needs it. */
export async function readConstants(
  trace: PairedTrace,
  tracer: Tracer,
): Promise<ReadonlyMap<Operand, ConstantNumbers>> {
  const found = new Map<Operand, ConstantNumbers>();
  async function take(operand: Operand, part: string | null): Promise<void> {
    if (!operand.constant || found.has(operand)) return;
    try {
      found.set(operand, await numbersOf(operand, tracer));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new DiffeoError('EXPORT', `${part ?? 'the model'} cannot be exported: ${message}`, { cause: error });
    }
  }
  for (const { inputs, part } of trace.nodes) for (const input of Object.values(inputs)) await take(input, part);
  for (const output of Object.values(trace.outputs)) await take(output, null);
  return found;
}
