import type { Attribute, ElementType, OnnxNode, OnnxTensor } from '../protobuf/onnx-model.ts';
import { batchSizes, isFixed, type Size } from './paired-trace.ts';

/** Appends nodes and constants to a graph; each function returns names of values. */
export interface GraphBuilder {
  /** A node with one output. An absent optional input is ''. */
  emit(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  emitMany(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    count: number,
  ): string[];
  /** A number. */
  scalar(value: number, dtype?: ElementType): string;
  /** A list of int64. */
  integers(values: readonly (number | bigint)[]): string;
  /** A shape as a list of int64, taken from the number of rows where it depends on that. */
  sizes(shape: readonly Size[]): string;
  /** A constant, under its own name. */
  tensor(tensor: OnnxTensor): string;
}

export interface BuiltNodes {
  readonly builder: GraphBuilder;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  /** Makes a value an output of the graph. */
  output(name: string, value: string): void;
  /** Nodes from here on are named after `part`. */
  enter(part: string | null): void;
}

/** Numbers of JavaScript as the array of a type. */
function arrayOf(values: readonly number[], dtype: ElementType): ArrayBufferView {
  if (dtype === 'float32') return Float32Array.from(values);
  if (dtype === 'int32') return Int32Array.from(values);
  if (dtype === 'bool') return Uint8Array.from(values);
  return BigInt64Array.from(values, (value) => BigInt(value));
}

/** @param firstInput an input whose first axis is the rows */
export function graphBuilder(firstInput: string): BuiltNodes {
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const known = new Map<string, string>();
  let prefix = '';
  let count = 0;
  let rows: string | null = null;

  /** A constant or a shape that is made once. */
  function once(key: string, make: () => string): string {
    const name = known.get(key) ?? make();
    known.set(key, name);
    return name;
  }
  function tensor(given: OnnxTensor): string {
    tensors.push(given);
    return given.name;
  }
  function emitMany(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: number,
  ): string[] {
    const id = ++count;
    const made = Array.from({ length: outputs }, (_, i) => (outputs === 1 ? `v${id}` : `v${id}.${i}`));
    nodes.push({ name: `${prefix}${op}_${id}`, op, inputs, outputs: made, attributes });
    return made;
  }
  const emit: GraphBuilder['emit'] = (op, inputs, attributes = {}) => emitMany(op, inputs, attributes, 1)[0] as string;
  const scalar: GraphBuilder['scalar'] = (value, dtype = 'float32') => {
    const name = `${dtype} ${Object.is(value, -0) ? '-0' : value}`;
    return once(name, () => tensor({ name, dtype, shape: [], values: arrayOf([value], dtype) }));
  };
  const integers: GraphBuilder['integers'] = (values) => {
    const name = `int64 [${values.join(', ')}]`;
    return once(name, () =>
      tensor({
        name,
        dtype: 'int64',
        shape: [values.length],
        values: BigInt64Array.from(values, (value) => BigInt(value)),
      }),
    );
  };

  /** A size as an int64 of shape [1]: rows · (b − a) + rest. */
  function size(own: Size): string {
    const [first, second] = own;
    if (isFixed(own)) return integers([first]);
    const factor = second - first;
    const rest = first - batchSizes[0] * factor;
    return once(`size ${factor} ${rest}`, () => {
      rows ??= emit('Shape', [firstInput], { start: 0, end: 1 });
      const scaled = factor === 1 ? rows : emit('Mul', [rows, integers([factor])]);
      return rest === 0 ? scaled : emit('Add', [scaled, integers([rest])]);
    });
  }
  const sizes: GraphBuilder['sizes'] = (shape) => {
    if (shape.every(isFixed)) return integers(shape.map(([first]) => first));
    return once(`sizes ${JSON.stringify(shape)}`, () =>
      shape.length === 1 ? size(shape[0] as Size) : emit('Concat', shape.map(size), { axis: 0 }),
    );
  };

  return {
    builder: { emit, emitMany, scalar, integers, sizes, tensor },
    nodes,
    tensors,
    output: (name, value) => {
      nodes.push({ name, op: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    },
    enter: (part) => {
      prefix = part ? `${part}/` : '';
    },
  };
}
