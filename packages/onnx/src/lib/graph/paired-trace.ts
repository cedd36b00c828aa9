import { DiffeoError } from '@diffeo/core';
import { type ElementType, elementTypes } from '../protobuf/onnx-model.ts';
import type { Trace, TracedNode, TracedValue } from '../trace/traced.ts';

/** How many rows the two traces have. */
export const batchSizes = [2, 3] as const;

/** One size of a shape in both traces. It depends on the number of rows where they differ. */
export type Size = readonly [first: number, second: number];

export const isFixed = ([first, second]: Size): boolean => first === second;

/** A tensor in both traces. */
export interface Operand {
  readonly shape: readonly Size[];
  readonly dtype: ElementType;
  /** Its numbers in both, where it depends on no input. */
  readonly constant: readonly [TracedValue, TracedValue] | null;
}

/** A kernel in both traces. */
export interface PairedNode {
  readonly kernel: string;
  readonly part: string | null;
  readonly inputs: Readonly<Record<string, Operand>>;
  readonly attributes: readonly [first: TracedNode['attributes'], second: TracedNode['attributes']];
  readonly outputs: readonly Operand[];
}

/** What a function does whatever the number of rows. */
export interface PairedTrace {
  readonly nodes: readonly PairedNode[];
  readonly inputs: Readonly<Record<string, Operand>>;
  readonly outputs: Readonly<Record<string, Operand>>;
}

/** The names of both, if they are the same. */
function keysOf(first: object, second: object, fail: () => never): string[] {
  const names = Object.keys(first);
  const others = Object.keys(second);
  return names.length === others.length && names.every((name) => name in second) ? names : fail();
}

/** @throws DiffeoError `EXPORT` where the two do not the same things. */
export function pairTraces(first: Trace, second: Trace): PairedTrace {
  const known = new Map<TracedValue, readonly [TracedValue, Operand]>();
  const constants = new Map<object, Operand[]>();
  let part: string | null = null;
  const differ = (): never => {
    throw new DiffeoError(
      'EXPORT',
      `${part ?? 'the model'} cannot be exported: it does other things with ${batchSizes[0]} rows than with ${batchSizes[1]}, and one graph must do for any number`,
    );
  };

  function made(a: TracedValue, b: TracedValue): Operand {
    const { shape, dtype } = a;
    if (!(dtype in elementTypes)) {
      throw new DiffeoError('EXPORT', `${part ?? 'the model'} cannot be exported: it has tensors of ${dtype}`);
    }
    if (shape.length !== b.shape.length || dtype !== b.dtype) differ();
    const sizes = shape.map((size, i) => [size, b.shape[i] as number] as const);
    return { shape: sizes, dtype: dtype as ElementType, constant: a.isConstant ? [a, b] : null };
  }

  function constant(a: TracedValue, b: TracedValue): Operand {
    const before = constants.get(a.info.dataId) ?? [];
    constants.set(a.info.dataId, before);
    const operand = made(a, b);
    const same = before.find(
      ({ shape, dtype, constant: pair }) =>
        pair?.[1].info.dataId === b.info.dataId && dtype === operand.dtype && String(shape) === String(operand.shape),
    );
    if (!same) before.push(operand);
    return same ?? operand;
  }

  function operandOf(a: TracedValue | undefined, b: TracedValue | undefined): Operand {
    if (!a || !b || a.isConstant !== b.isConstant) return differ();
    if (a.isConstant) return constant(a, b);
    const [other, operand] = known.get(a) ?? differ();
    return other === b ? operand : differ();
  }

  function declare(a: TracedValue, b: TracedValue): Operand {
    // Some kernels' results are constants, such as zeros like an input.
    if (a.isConstant || b.isConstant) return operandOf(a, b);
    const operand = made(a, b);
    known.set(a, [b, operand]);
    return operand;
  }

  const inputs = Object.fromEntries(
    Object.keys(first.inputs).map((name) => [
      name,
      declare(first.inputs[name] as TracedValue, second.inputs[name] as TracedValue),
    ]),
  );
  if (first.nodes.length !== second.nodes.length) {
    part = first.nodes.find(({ kernel }, i) => kernel !== second.nodes[i]?.kernel)?.part ?? null;
    differ();
  }
  const nodes = first.nodes.map((node, i): PairedNode => {
    const other = second.nodes[i] as TracedNode;
    part = node.part;
    if (node.kernel !== other.kernel || node.outputs.length !== other.outputs.length) differ();
    const names = keysOf(node.inputs, other.inputs, differ);
    return {
      kernel: node.kernel,
      part,
      inputs: Object.fromEntries(names.map((name) => [name, operandOf(node.inputs[name], other.inputs[name])])),
      attributes: [node.attributes, other.attributes],
      outputs: node.outputs.map((output, k) => declare(output, other.outputs[k] as TracedValue)),
    };
  });
  part = null;
  const outputs = Object.fromEntries(
    keysOf(first.outputs, second.outputs, differ).map((name) => [
      name,
      operandOf(first.outputs[name], second.outputs[name]),
    ]),
  );
  return { nodes: liveNodes(nodes, Object.values(outputs)), inputs, outputs };
}

/** Those that the outputs depend on. */
function liveNodes(nodes: readonly PairedNode[], outputs: readonly Operand[]): PairedNode[] {
  const needed = new Set<Operand>(outputs);
  const live = [...nodes].reverse().filter((node) => {
    if (!node.outputs.some((output) => needed.has(output))) return false;
    for (const input of Object.values(node.inputs)) needed.add(input);
    return true;
  });
  return live.reverse();
}
