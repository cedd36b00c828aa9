import type { GraphBuilder } from '../graph/graph-builder.ts';
import { activated } from './compositions.ts';
import { type Argument, argument, type KernelCall, type Lower, type Lowerings, requireRowsApart } from './lowering.ts';

/** Adds the bias and runs the activation of a fused kernel. */
export function finished(call: KernelCall, product: string, biasShape?: readonly number[]): string {
  const { attributes, graph, inputs, refuse } = call;
  const bias = inputs['bias'];
  const shaped = bias && biasShape ? graph.emit('Reshape', [bias.name, graph.integers(biasShape)]) : bias?.name;
  const sum = shaped ? graph.emit('Add', [product, shaped]) : product;
  if (attributes['activation'] === 'prelu') {
    return graph.emit('PRelu', [sum, argument(call, 'preluActivationWeights').name]);
  }
  return (
    activated(graph, sum, attributes['activation'], attributes['leakyreluAlpha']) ??
    refuse(`with the activation ${attributes['activation']} has no equivalent`)
  );
}

/** A matrix in the last two axes, transposed where asked. */
function oriented(graph: GraphBuilder, { name, shape }: Argument, isTransposed: unknown): string {
  if (!isTransposed) return name;
  const rank = shape.length;
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  perm[rank - 2] = rank - 1;
  perm[rank - 1] = rank - 2;
  return graph.emit('Transpose', [name], { perm });
}

const product: Lower = (call) => {
  const { attributes, graph } = call;
  const { shape } = argument(call, 'a');
  requireRowsApart(call, shape, [shape.length - (attributes['transposeA'] ? 2 : 1)]);
  const a = oriented(graph, argument(call, 'a'), attributes['transposeA']);
  const b = oriented(graph, argument(call, 'b'), attributes['transposeB']);
  return finished(call, graph.emit('MatMul', [a, b]));
};

/** Products of matrices. */
export const productKernels: Lowerings = {
  BatchMatMul: { lower: product },
  _FusedMatMul: { lower: product },
};
