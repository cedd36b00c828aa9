import { broadcast_util, type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import { outputs, withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import { activationCodes, isKernelActivation } from '../stacks/activation-code.ts';

interface Product {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly bias?: TensorInfo | undefined;
  readonly activation: number;
  readonly slope: number;
}

/** The last two sizes, as the product sees them, and everything before them. */
function parts({ shape }: TensorInfo, transposed: boolean) {
  const [first, second] = shape.slice(-2) as [number, number];
  const [rows, columns] = transposed ? [second, first] : [first, second];
  const steps = transposed ? { row: 4, column: 4 * rows } : { row: 4 * columns, column: 4 };
  return { outer: shape.slice(0, -2), rows, columns, ...steps };
}

/** For each matrix of the result, which matrix of an operand it is made of. */
function matrixOf(outer: readonly number[], resultOuter: readonly number[]): (index: number) => number {
  const count = util.sizeFromShape([...outer]);
  if (count === 1) return () => 0;
  if (count === util.sizeFromShape([...resultOuter])) return (index) => index;
  const aligned = [...Array<number>(resultOuter.length - outer.length).fill(1), ...outer];
  return (index) => {
    let rest = index;
    let at = 0;
    let step = 1;
    for (let axis = resultOuter.length - 1; axis >= 0; axis--) {
      const size = resultOuter[axis] as number;
      const own = aligned[axis] as number;
      if (own > 1) at += (rest % size) * step;
      rest = Math.floor(rest / size);
      step *= own;
    }
    return at;
  };
}

function multiply({ backend, kernels }: KernelContext, product: Product): TensorInfo {
  const a = parts(product.a, product.transposeA);
  const b = parts(product.b, product.transposeB);
  const outer = broadcast_util.assertAndGetBroadcastShape(a.outer, b.outer);
  const [rows, inner, columns] = [a.rows, a.columns, b.columns];
  util.assert(
    inner === b.rows,
    () =>
      `Error in matMul: inner shapes (${inner}) and (${b.rows}) of Tensors with shapes ${product.a.shape} and ` +
      `${product.b.shape} and transposeA=${product.transposeA} and transposeB=${product.transposeB} must match.`,
  );
  const [ofA, ofB] = [matrixOf(a.outer, outer), matrixOf(b.outer, outer)];
  return withScratch(backend, kernels.productScratch(rows, inner, columns, false) >>> 0, (scratch) => {
    const [result] = outputs(backend, [[...outer, rows, columns]]) as [TensorInfo];
    const at = (info: TensorInfo) => addressOf(backend, info);
    for (let i = 0; i < util.sizeFromShape(outer); i++) {
      kernels.product(
        at(product.a) + 4 * ofA(i) * rows * inner,
        a.row,
        a.column,
        at(product.b) + 4 * ofB(i) * inner * columns,
        b.row,
        b.column,
        product.bias ? at(product.bias) : 0,
        at(result) + 4 * i * rows * columns,
        rows,
        inner,
        columns,
        product.activation,
        product.slope,
        false,
        scratch,
      );
    }
    return result;
  });
}

type Inputs = Readonly<Record<'a' | 'b', TensorInfo>> & Readonly<Record<'bias' | 'preluActivationWeights', unknown>>;

const isFloat = ({ dtype }: TensorInfo): boolean => dtype === 'float32';

/**
 * tfjs's own matrix products, faster: three to five times as they stand, and about fifty times with a transposed operand.
 * What they do not take (other types, `prelu`, biases of several rows) goes to the kernel that was there before.
 */
export function matrixProducts(
  contextOf: (backend: WasmBackend) => KernelContext,
  before: (kernelName: string) => KernelConfig,
): readonly KernelConfig[] {
  const config = (kernelName: string, product: (inputs: Inputs, attrs: Attributes) => Product | null): KernelConfig => {
    const otherwise = before(kernelName);
    return {
      ...otherwise,
      kernelFunc: (call) => {
        const inputs = call.inputs as unknown as Inputs;
        const ours =
          isFloat(inputs.a) && isFloat(inputs.b) ? product(inputs, call.attrs as unknown as Attributes) : null;
        return ours ? multiply(contextOf(call.backend as WasmBackend), ours) : otherwise.kernelFunc(call);
      },
    };
  };
  return [
    config('BatchMatMul', ({ a, b }, { transposeA, transposeB }) => ({
      ...{ a, b, transposeA, transposeB },
      activation: activationCodes.linear,
      slope: 0,
    })),
    config('_FusedMatMul', ({ a, b, ...inputs }, { transposeA, transposeB, activation = 'linear', leakyreluAlpha }) => {
      const bias = inputs.bias as TensorInfo | undefined;
      const columns = parts(b, transposeB).columns;
      if (!isKernelActivation(activation)) return null;
      if (bias && !(isFloat(bias) && bias.shape.length === 1 && bias.shape[0] === columns)) return null;
      return {
        ...{ a, b, transposeA, transposeB, bias },
        activation: activationCodes[activation],
        slope: leakyreluAlpha ?? 0,
      };
    }),
  ];
}

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}
