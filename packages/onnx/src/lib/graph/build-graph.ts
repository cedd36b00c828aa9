import { DiffeoError } from '@diffeo/core';
import { util } from '@tensorflow/tfjs-core';
import { kernels } from '../kernels/kernels.ts';
import type { Argument, Lowering } from '../kernels/lowering.ts';
import type { OnnxNode, OnnxTensor } from '../protobuf/onnx-model.ts';
import type { ConstantNumbers } from './constants.ts';
import { graphBuilder } from './graph-builder.ts';
import type { Operand, PairedNode, PairedTrace } from './paired-trace.ts';

/** The nodes and constants of a graph. */
export interface BuiltGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** Refuses attributes that depend on the number of rows, but for those that a lowering takes from shapes. */
function requireSame({ attributes: [first, second], kernel, part }: PairedNode, { varying = [] }: Lowering): void {
  for (const [name, value] of Object.entries(first)) {
    if (varying.includes(name) || JSON.stringify(value) === JSON.stringify(second[name])) continue;
    throw new DiffeoError(
      'EXPORT',
      `${part ?? 'the model'} cannot be exported: ${name} of its '${kernel}' depends on how many rows there are`,
    );
  }
}

/**
 * A trace in ONNX.
 *
 * @param names of constants that have one: the parameters
 * @throws DiffeoError `EXPORT` for what has no equivalent.
 */
export function buildGraph(
  trace: PairedTrace,
  numbers: ReadonlyMap<Operand, ConstantNumbers>,
  names: ReadonlyMap<object, string>,
): BuiltGraph {
  const [firstInput = ''] = Object.keys(trace.inputs);
  const { builder, nodes, tensors, enter, output } = graphBuilder(firstInput);
  const known = new Map<Operand, string>(Object.entries(trace.inputs).map(([name, operand]) => [operand, name]));
  const taken = new Set<string>();

  function constant(operand: Operand): string {
    const { values, shape, repeated } = numbers.get(operand) as ConstantNumbers;
    const { dtype } = operand;
    if (shape.length === 0) return builder.scalar(values[0] as number, dtype);
    const own = names.get(operand.constant?.[0].info.dataId ?? {});
    const free = own && !taken.has(own) ? own : `constant ${tensors.length}`;
    taken.add(free);
    const name = builder.tensor({ name: free, dtype, shape, values });
    if (!repeated.some(Boolean)) return name;
    const repeats = repeated.map((isRepeated): [number, number] => (isRepeated ? [2, 3] : [1, 1]));
    return builder.emit('Tile', [name, builder.sizes(repeats)]);
  }
  function nameOf(operand: Operand): string {
    const name = known.get(operand) ?? constant(operand);
    known.set(operand, name);
    return name;
  }

  for (const node of trace.nodes) {
    enter(node.part);
    const lowering = kernels[node.kernel] as Lowering;
    requireSame(node, lowering);
    const inputs = Object.fromEntries(
      Object.entries(node.inputs).map(([name, operand]): [string, Argument] => [
        name,
        { name: nameOf(operand), shape: operand.shape, dtype: operand.dtype },
      ]),
    );
    const made = lowering.lower({
      inputs,
      list: Object.values(inputs),
      attributes: node.attributes[0],
      outputs: node.outputs,
      graph: builder,
      refuse: (what) => {
        throw new DiffeoError('EXPORT', `${node.part ?? 'the model'} cannot be exported: '${node.kernel}' ${what}`);
      },
    });
    const results = typeof made === 'string' ? [made] : made;
    util.assert(results.length === node.outputs.length, () => `${node.kernel}: outputs are missing`);
    for (const [i, operand] of node.outputs.entries()) known.set(operand, results[i] as string);
  }
  enter(null);
  for (const [name, operand] of Object.entries(trace.outputs)) output(name, nameOf(operand));
  return { nodes, tensors };
}
