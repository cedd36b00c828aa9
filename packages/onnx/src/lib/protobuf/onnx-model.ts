/**
 * The messages of ONNX that are written here, of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). The numbers are
 * those of its fields.
 */
import { bytes, concatBytes, float, integer, message, string } from './message.ts';

/** The version of the operators' semantics that is written, and of the file format. */
const opset = 17;
const irVersion = 8;

/** What ONNX calls element types. */
export const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementTypes;

/** A constant tensor: `values` are little-endian, as every machine that runs JavaScript keeps them. */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly values: ArrayBufferView;
}

export type Attribute = number | bigint | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An input or output; a size that is a text is free, and the same wherever it has that name. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly (number | string)[];
  readonly doc: string;
}

export interface OnnxGraph {
  readonly name: string;
  readonly doc: string;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

function attribute(name: string, value: Attribute): Uint8Array {
  const named = string(1, name);
  const kinds = { float: 1, int: 2, string: 3, ints: 7 } as const;
  if (typeof value === 'string') return message(5, [named, string(4, value), integer(20, kinds.string)]);
  if (Array.isArray(value)) {
    return message(5, [named, ...value.map((one: number) => integer(8, one)), integer(20, kinds.ints)]);
  }
  if (typeof value === 'object' && 'float' in value) {
    return message(5, [named, float(2, value.float), integer(20, kinds.float)]);
  }
  return message(5, [named, integer(3, value as number | bigint), integer(20, kinds.int)]);
}

const node = ({ name, op, inputs, outputs, attributes }: OnnxNode): Uint8Array =>
  message(1, [
    ...inputs.map((input) => string(1, input)),
    ...outputs.map((output) => string(2, output)),
    string(3, name),
    string(4, op),
    ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  ]);

const tensor = ({ name, dtype, shape, values }: OnnxTensor): Uint8Array =>
  message(5, [
    ...shape.map((size) => integer(1, size)),
    integer(2, elementTypes[dtype]),
    string(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);

function value(field: number, { name, dtype, shape, doc }: OnnxValue): Uint8Array {
  const sizes = shape.map((size) => message(1, [typeof size === 'number' ? integer(1, size) : string(2, size)]));
  const type = message(1, [integer(1, elementTypes[dtype]), message(2, sizes)]);
  return message(field, [string(1, name), message(2, [type]), string(3, doc)]);
}

/** The bytes of a `.onnx` file. */
export const writeModel = (graph: OnnxGraph): Uint8Array =>
  concatBytes([
    integer(1, irVersion),
    string(2, 'diffeo'),
    message(7, [
      ...graph.nodes.map(node),
      string(2, graph.name),
      ...graph.tensors.map(tensor),
      string(10, graph.doc),
      ...graph.inputs.map((input) => value(11, input)),
      ...graph.outputs.map((output) => value(12, output)),
    ]),
    message(8, [string(1, ''), integer(2, opset)]),
    ...Object.entries(graph.metadata).map(([key, entry]) => message(14, [string(1, key), string(2, entry)])),
  ]);
