/**
 * Everything of Diffeo that touches the inside of tfjs stands here. tfjs 4.22 is frozen upstream; what these functions
 * rely on is named beside each.
 */
import {
  add,
  engine,
  matMul,
  type NamedTensorMap,
  scalar,
  type Tensor,
  type Tensor2D,
  type TensorContainer,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';

interface TapeNode {
  readonly saved?: readonly Tensor[];
}
interface Engine {
  state: { activeTape: TapeNode[] | null; gradientDepth: number };
  gradients(f: () => Tensor, xs: Tensor[], dy: undefined, allowNone: true): { value: Tensor; grads: (Tensor | null)[] };
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

/**
 * Gradients of the scalar `f()` with respect to `xs`; `null` where `f` does not depend on one. Unlike `tf.grads` it may
 * run inside the backward function of another gradient: stock tfjs drops the outer tape there (`state.activeTape`).
 */
export function differentiate(f: () => Tensor, xs: readonly Tensor[]): { value: Tensor; grads: (Tensor | null)[] } {
  const { state } = internals();
  const tape = state.activeTape;
  try {
    const { value, grads } = internals().gradients(f, [...xs], undefined, true);
    return { value, grads: grads.map((gradient) => gradient ?? null) };
  } catch (error) {
    // tfjs gives back what a tape saved at the end of the gradient, which this one does not reach.
    if (state.gradientDepth === 0) {
      for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
    }
    throw error;
  } finally {
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
      const gradients = tidy(() => {
        const result = op.backward((Array.isArray(dy) ? dy : [dy]) as unknown as O, saved);
        return { ...result } as unknown as NamedTensorMap;
      });
      return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, () => gradient as Tensor]));
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
