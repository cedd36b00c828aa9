import { type AdamKernelAttributes, type AdamPart, kernelNames } from '@diffeo/ops';
import { type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, forgetPacked, type WasmBackend } from '../heap/backend.ts';
import { outputs, withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';

type Inputs = Readonly<Record<string, TensorInfo>>;

/** Where nothing decays: one list, by which plans are known again. */
const noDecay: readonly boolean[] = [];

const entryBytes = 24;

/** The tensors `name0`, `name1`, … */
function list(inputs: Inputs, name: string): readonly TensorInfo[] {
  const found: TensorInfo[] = [];
  for (let next = inputs[`${name}0`]; next; next = inputs[`${name}${found.length}`]) found.push(next);
  return found;
}

/** Where gradient number `index` of each parameter is; `null` where there is no such gradient. */
function gradientOf(
  backend: WasmBackend,
  inputs: Inputs,
  index: number,
  offsets: readonly number[],
): readonly number[] | null {
  const whole = inputs[`gradient${index}`];
  if (whole) return offsets.map((offset) => addressOf(backend, whole) + 4 * offset);
  const own = list(inputs, `gradient${index}.`);
  return own.length > 0 ? own.map((tensor) => addressOf(backend, tensor)) : null;
}

/** What of a part lies in one parameter: addresses, and how many numbers. */
interface ParameterSlice {
  readonly parameter: number;
  /** The first takes the sum. */
  readonly gradients: readonly number[];
  readonly mean: number;
  readonly square: number;
  readonly size: number;
  readonly decays: boolean;
}

function slicesOf(
  backend: WasmBackend,
  inputs: Inputs,
  { begin, end }: AdamPart,
  decays: readonly boolean[],
): readonly ParameterSlice[] {
  const parameters = list(inputs, 'parameter');
  const sizes = parameters.map(({ shape }) => util.sizeFromShape(shape));
  let total = 0;
  const offsets = sizes.map((size) => {
    total += size;
    return total - size;
  });
  const gradients: (readonly number[])[] = [];
  for (let next = gradientOf(backend, inputs, 0, offsets); next; ) {
    gradients.push(next);
    next = gradientOf(backend, inputs, gradients.length, offsets);
  }
  const [mean, square] = ['mean', 'square'].map((name) => addressOf(backend, inputs[name] as TensorInfo));
  return parameters.flatMap((parameter, i) => {
    const [offset, size] = [offsets[i] as number, sizes[i] as number];
    const [from, to] = [Math.max(begin, offset), Math.min(end, offset + size)];
    if (from >= to) return [];
    const skipped = 4 * (from - offset);
    return [
      {
        parameter: addressOf(backend, parameter) + skipped,
        gradients: gradients.map((addresses) => (addresses[i] as number) + skipped),
        mean: (mean as number) + 4 * from,
        square: (square as number) + 4 * from,
        size: to - from,
        decays: decays[i] ?? false,
      },
    ];
  });
}

/** A part as kernels work on it. */
interface Plan extends AdamPart {
  readonly decays: readonly boolean[];
  readonly slices: readonly ParameterSlice[];
  /** The slices as the table that kernels read. */
  readonly rows: Int32Array;
  /** All parameters of which tfjs may keep packed copies: those outside of the part too, whose numbers come from elsewhere. */
  readonly packed: readonly TensorInfo[];
}

function planOf(backend: WasmBackend, inputs: Inputs, part: AdamPart, decays: readonly boolean[]): Plan {
  const slices = slicesOf(backend, inputs, part, decays);
  const rows = slices.flatMap(({ parameter, gradients, mean, square, size, decays: own }) => [
    ...[parameter, gradients[0] as number, mean, square, size, own ? 1 : 0],
  ]);
  const packed = list(inputs, 'parameter').filter(({ shape }) => shape.length > 2);
  return { ...part, decays, slices, rows: Int32Array.from(rows), packed };
}

/** Runs `f` with a plan's table. */
const withTable = <T>({ backend, writeInts }: KernelContext, { slices, rows }: Plan, f: (table: number) => T): T =>
  withScratch(backend, slices.length * entryBytes, (table) => {
    writeInts(table, rows);
    return f(table);
  });

/** The two kernels of a step of Adam: the norm of the gradients' sum, and the step, without a copy. */
export function adamKernels(contextOf: (backend: WasmBackend) => KernelContext): readonly KernelConfig[] {
  /** Where everything is, as long as the same tensors are given. */
  const known = new WeakMap<object, Plan>();
  function planFor(
    backend: WasmBackend,
    inputs: Inputs,
    { begin, end }: AdamPart,
    decays: readonly boolean[] | undefined,
  ): Plan {
    const found = known.get(inputs);
    // The norm of a gradient does not look at what decays.
    if (found?.begin === begin && found.end === end && (decays ?? found.decays) === found.decays) return found;
    const plan = planOf(backend, inputs, { begin, end }, decays ?? []);
    known.set(inputs, plan);
    return plan;
  }
  return [
    {
      kernelName: kernelNames.gradientNorm,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs, backend: given }) => {
        const kernelContext = contextOf(given as WasmBackend);
        const { backend, kernels } = kernelContext;
        const plan = planFor(backend, inputs as Inputs, attrs as unknown as AdamPart, undefined);
        const { slices } = plan;
        for (const { gradients, size } of slices) {
          const sum = gradients[0] as number;
          for (let i = 1; i < gradients.length; i++) kernels.add(sum, gradients[i] as number, size, sum);
        }
        return withTable(kernelContext, plan, (table) => {
          const [norm] = outputs(backend, [[]]) as [TensorInfo];
          const found = Math.sqrt(kernels.squaredNorm(table, slices.length));
          new Float32Array(backend.wasm.HEAPU8.buffer, addressOf(backend, norm), 1)[0] = found;
          return norm;
        });
      },
    },
    {
      kernelName: kernelNames.adam,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs, backend: given }) => {
        const kernelContext = contextOf(given as WasmBackend);
        const { backend, kernels } = kernelContext;
        const { scale, rate, epsilon, beta1, beta2, decay, ...part } = attrs as unknown as AdamKernelAttributes;
        const plan = planFor(backend, inputs as Inputs, part, decay?.decays ?? noDecay);
        withTable(kernelContext, plan, (table) =>
          kernels.adam(table, plan.slices.length, scale, rate, beta1, beta2, epsilon, decay?.keep ?? 1),
        );
        for (const parameter of plan.packed) forgetPacked(backend, parameter);
        return [];
      },
    },
  ];
}
