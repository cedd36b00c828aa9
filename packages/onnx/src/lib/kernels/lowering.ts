import type { GraphBuilder } from '../graph/graph-builder.ts';
import { isFixed, type Size } from '../graph/paired-trace.ts';
import type { ElementType } from '../protobuf/onnx-model.ts';

/** An input of a kernel: the name of its value in the graph, and what it is. */
export interface Argument {
  readonly name: string;
  readonly shape: readonly Size[];
  readonly dtype: ElementType;
}

/** A kernel that ran while tracing. */
export interface KernelCall {
  /** By the kernel's own names. */
  readonly inputs: Readonly<Record<string, Argument>>;
  /** The same in order, for kernels of a list. */
  readonly list: readonly Argument[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Pick<Argument, 'shape' | 'dtype'>[];
  readonly graph: GraphBuilder;
  /** Throws: `refuse('with ceilMode')`. */
  refuse(what: string): never;
}

/** What a kernel of tfjs is in ONNX: the names of its outputs. */
export type Lower = (call: KernelCall) => string | readonly string[];

/** A kernel that can be exported. */
export interface Lowering {
  readonly lower: Lower;
  /** Attributes that may depend on the number of rows, because shapes say the same. */
  readonly varying?: readonly string[];
}

export type Lowerings = Readonly<Record<string, Lowering>>;

/** Input `name` of a call, which its kernel always has. */
export const argument = (call: KernelCall, name: string): Argument =>
  call.inputs[name] ?? call.refuse(`has no '${name}'`);

/** What the kernel returns first. */
export const result = ({ outputs }: KernelCall): Pick<Argument, 'shape' | 'dtype'> =>
  outputs[0] as Pick<Argument, 'shape' | 'dtype'>;

/** The axes of a call, counted from the first: all of them where it names none. */
export function axesOf(named: unknown, rank: number): number[] {
  if (named === undefined || named === null) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = Array.isArray(named) ? named.map(Number) : [Number(named)];
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Refuses what would mix rows: a row's result is that of the row alone, whatever others are beside it. */
export function requireRowsApart({ refuse }: KernelCall, shape: readonly Size[], axes: readonly number[]): void {
  if (axes.some((axis) => !isFixed(shape[axis] as Size))) refuse('over the rows makes a row depend on the others');
}
