/**
 * Everything of Diffeo that touches the inside of tfjs stands here. tfjs 4.22 is frozen upstream; what these functions
 * rely on is named beside each.
 */
import {
  add,
  engine,
  matMul,
  type NamedTensorMap,
  onesLike,
  scalar,
  type Tensor,
  type Tensor2D,
  type TensorContainer,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { DiffeoError } from '../contract/error.ts';

interface TapeNode {
  readonly kernelName?: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
  readonly saved?: readonly Tensor[];
  /** The gradients of the inputs, each computed when it is asked for. Absent where the kernel has none. */
  gradient?(dys: readonly (Tensor | undefined)[]): Readonly<Record<string, () => Tensor>>;
}
interface Engine {
  state: { activeTape: TapeNode[] | null; gradientDepth: number };
  startTape(): void;
  endTape(): void;
  runKernelFunc(params: {
    forwardFunc(backend: unknown, save: (tensors: Tensor[]) => void): Tensor[];
    backwardsFunc(dy: Tensor | Tensor[], saved: Tensor[]): Record<string, () => Tensor>;
    inputs: NamedTensorMap;
  }): Tensor[];
}
const internals = (): Engine => engine() as unknown as Engine;

/** `tf.tidy` for any value that holds tensors: what is not in it is disposed. */
export const tidied = <T>(f: () => T): T => tidy(f as () => TensorContainer) as T;

/** How many tapes are open: 0 outside a gradient, 1 inside one, more when that gradient is itself differentiated. */
export const openTapes = (): number => internals().state.gradientDepth;

/** Runs `f` beside every tape that is open: nothing of it is differentiated, and it may open tapes of its own. */
export function untaped<T>(f: () => T): T {
  const { state } = internals();
  const { activeTape, gradientDepth } = state;
  Object.assign(state, { activeTape: null, gradientDepth: 0 });
  try {
    return f();
  } finally {
    Object.assign(state, { activeTape, gradientDepth });
  }
}

/**
 * Walks a tape backwards. Does what `engine().gradients` does, with less around each node: a flow's step on the WASM
 * backend spends as much time there as in arithmetic, and the records that stock tfjs returns from its scopes keep the
 * JavaScript engine compiling for ever.
 */
function backpropagate(nodes: readonly TapeNode[], y: Tensor, xs: readonly Tensor[]): (Tensor | null)[] {
  const leading = new Set(xs.map(({ id }) => id));
  const path = nodes.flatMap((node) => {
    const names = Object.keys(node.inputs).filter((name) => leading.has((node.inputs[name] as Tensor).id));
    if (names.length === 0) return [];
    for (const { id } of node.outputs) leading.add(id);
    return { node, names };
  });
  const slopes = new Map<number, Tensor>([[y.id, onesLike(y)]]);
  for (const { node, names } of path.reverse()) {
    const dys = node.outputs.map(({ id }) => slopes.get(id));
    if (!dys.some(Boolean)) continue;
    if (!node.gradient) {
      throw new DiffeoError('GRADIENT', `'${node.kernelName}' has no gradient: registerGradient gives it one`);
    }
    const gradients = node.gradient(dys);
    // A list, like everything that a scope returns: records of many shapes are what the engine cannot optimise.
    const given = tidied(() => names.map((name) => (gradients[name] as () => Tensor)()));
    for (const [k, name] of names.entries()) {
      const { id } = node.inputs[name] as Tensor;
      const [before, slope] = [slopes.get(id), given[k] as Tensor];
      slopes.set(id, before ? add(before, slope) : slope);
      before?.dispose();
    }
  }
  return xs.map(({ id }) => slopes.get(id) ?? null);
}

/**
 * Gradients of the scalar `f()` with respect to `xs`; `null` where `f` does not depend on one. Unlike `tf.grads` it may
 * run inside the backward function of another gradient: stock tfjs drops the outer tape there (`state.activeTape`).
 *
 * @throws DiffeoError `GRADIENT` when a kernel on the way has none.
 */
export function differentiate(f: () => Tensor, xs: readonly Tensor[]): { value: Tensor; grads: (Tensor | null)[] } {
  const machine = internals();
  const { state } = machine;
  const tape = state.activeTape;
  try {
    let value: Tensor;
    machine.startTape();
    try {
      value = tidied(f);
    } finally {
      machine.endTape();
    }
    const nodes = [...(state.activeTape ?? [])];
    return { value, grads: tidied(() => backpropagate(nodes, value, xs)) };
  } finally {
    // What a tape saved is given back when nothing can differentiate it any more.
    if (state.gradientDepth === 0) {
      for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
    }
    state.activeTape = tape;
  }
}

/** One differentiable operation: several inputs by name, several outputs, any saved tensors. */
export interface Differentiable<I extends Readonly<Record<string, Tensor>>, O extends readonly Tensor[]> {
  readonly inputs: I;
  /** Not taped. `save` keeps tensors for the backward function. */
  forward(inputs: I, save: (tensors: readonly Tensor[]) => void): O;
  /** The inputs' gradients from the outputs'. May be taped itself, by an outer gradient. */
  backward(dys: O, saved: readonly Tensor[]): { readonly [Name in keyof I]: Tensor };
}

/** Runs `op` as one node of the tape (`engine().runKernelFunc`, of which `tf.customGrad` is the one-output case). */
export function runDifferentiable<I extends Readonly<Record<string, Tensor>>, O extends readonly Tensor[]>(
  op: Differentiable<I, O>,
): O {
  return internals().runKernelFunc({
    inputs: op.inputs as unknown as NamedTensorMap,
    forwardFunc: (_, save) => [...op.forward(op.inputs, (tensors) => save([...tensors]))],
    backwardsFunc: (dy, saved) => {
      const names = Object.keys(op.inputs);
      const gradients = tidied(() => {
        const result = op.backward((Array.isArray(dy) ? dy : [dy]) as unknown as O, saved);
        return names.map((name) => result[name] as Tensor);
      });
      return Object.fromEntries(names.map((name, i) => [name, () => gradients[i] as Tensor]));
    },
  }) as unknown as O;
}

/** A copy with memory of its own. `tf.clone` copies on wasm and aliases on cpu; adding −0, which changes no number, copies everywhere. */
export const copyTensor = (source: Tensor): Tensor => tidy(() => add(source, scalar(-0, source.dtype as 'float32')));

/**
 * The matrix product of `a` [m, k] and `b` [k, n]. tfjs's WASM kernel returns uninitialised memory when a size is 0;
 * this returns zeros of the right shape.
 */
export function product(a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = a.shape as [number, number];
  const columns = b.shape[1] as number;
  return rows * inner * columns === 0 ? zeros([rows, columns]) : matMul(a as Tensor2D, b as Tensor2D);
}
