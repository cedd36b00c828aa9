import type { DenseStackKernelAttributes } from '@diffeo/ops';
import { activationCodes } from './activation-code.ts';
import type { Kernels } from './kernels.ts';
import type { Machine } from './machine.ts';
import { type BackwardPlaces, type KeptLayer, type LayerAddresses, type Stack, wholeLines } from './stack.ts';

type StackOptions = Pick<DenseStackKernelAttributes, 'activation' | 'residual'>;

/** A dense stack at one batch size: everything that is known before any number is. */
interface StackPlan {
  readonly rows: number;
  /** The sizes of the vectors between the layers, input and output included. */
  readonly widths: readonly number[];
  readonly activation: number;
  /** Whether a layer adds its input to its output. */
  readonly skips: readonly boolean[];
  /** Whether what enters a layer may have many zeros. */
  readonly zerosEnter: readonly boolean[];
  /**
   * How many layers at the beginning are done at once: two where a rectified layer of one number enters another, which
   * `line` knows a way round; what is kept of the first is its order then. Otherwise none.
   */
  readonly together: 0 | 2;
  /** For each layer but the last. */
  readonly kept: readonly KeptLayer[];
  /** How many numbers `kept` has. */
  readonly keptSize: number;
  /** Bytes of the largest matrix that a gradient passes through. */
  readonly largest: number;
}

/** Plans a stack between vectors of these sizes. */
function planStack(
  kernels: Kernels,
  rows: number,
  widths: readonly number[],
  { activation, residual }: StackOptions,
): StackPlan {
  const last = widths.length - 2;
  const skips = widths.slice(1).map((width, i) => residual && i < last && width === widths[i]);
  const rectified = activation === 'relu';
  const zerosEnter = skips.map((_, i) => rectified && i > 0 && !skips[i - 1]);
  const plain = skips.length > 1 && !skips[0] && !skips[1];
  const together = rectified && widths[0] === 1 && plain ? 2 : 0;
  let keptSize = 0;
  const kept = skips.slice(0, -1).map((skip, i) => {
    const width = widths[i + 1] as number;
    const size = i === 0 && together ? kernels.lineOrderBytes(rows, width) / 4 : rows * width;
    const output = 4 * keptSize;
    keptSize += size;
    const activated = skip ? 4 * keptSize : output;
    if (skip) keptSize += size;
    return { output, activated };
  });
  const largest = wholeLines(4 * rows * Math.max(...widths));
  const code = activationCodes[activation];
  return { rows, widths, activation: code, skips, zerosEnter, together, kept, keptSize, largest };
}

const shapeOf = ({ widths }: StackPlan, i: number): [number, number] => [widths[i] as number, widths[i + 1] as number];
/** The layers that are done one by one. */
const layersOf = ({ skips, together }: StackPlan): number[] => [...skips.keys()].slice(together);
/** The size of the one layer that another follows at once. */
const lineUnits = ({ widths }: StackPlan): number => widths[1] as number;

/** How many bytes the largest product of `forwardStack` takes. */
function forwardScratch(kernels: Kernels, plan: StackPlan): number {
  const products = layersOf(plan).map((i) => {
    const [inputs, outputs] = shapeOf(plan, i);
    return kernels.productScratch(plan.rows, inputs, outputs, plan.zerosEnter[i] as boolean) >>> 0;
  });
  if (plan.together) {
    products.push(kernels.lineOrderScratch(plan.rows, lineUnits(plan)) >>> 0);
    products.push(kernels.lineScratch(plan.rows, lineUnits(plan)) >>> 0);
  }
  return Math.max(...products);
}

/** x [rows, widths[0]] → y. */
function forwardStack(
  { kernels }: Machine,
  plan: StackPlan,
  x: number,
  layers: readonly LayerAddresses[],
  { y, kept: wanted, scratch }: { readonly y: number; readonly kept: number; readonly scratch: number },
): void {
  const { rows, activation, skips, zerosEnter, together } = plan;
  const kept = wanted || scratch;
  const free = wanted ? scratch : scratch + wholeLines(4 * plan.keptSize);
  let entering = x;
  if (together) {
    const [first, second] = layers as readonly [LayerAddresses, LayerAddresses];
    const [units, outputs] = shapeOf(plan, 1);
    const place = plan.kept[1];
    kernels.lineOrder(x, rows, first.weight, first.bias, units, kept, free);
    entering = place ? kept + place.output : y;
    kernels.line(
      ...([x, kept, rows, units, second.weight, second.bias, outputs, entering] as const),
      ...([place !== undefined, free] as const),
    );
  }
  for (const i of layersOf(plan)) {
    const { weight, bias } = layers[i] as LayerAddresses;
    const [inputs, outputs] = shapeOf(plan, i);
    const place = plan.kept[i];
    const to = place ? kept + place.activated : y;
    const code = place ? activation : activationCodes.linear;
    const zeros = zerosEnter[i] as boolean;
    kernels.product(
      ...([entering, 4 * inputs, 4, weight, 4 * outputs, 4, bias, to, rows, inputs, outputs] as const),
      ...([code, 0, zeros, free] as const),
    );
    if (!place) return;
    const output = kept + place.output;
    if (skips[i]) kernels.add(to, entering, rows * outputs, output);
    entering = output;
  }
}

/** How many bytes `backwardStack` takes: three matrices, and the largest product's scratch. */
function backwardScratch(kernels: Kernels, plan: StackPlan): number {
  const products = layersOf(plan).flatMap((i) => {
    const [inputs, outputs] = shapeOf(plan, i);
    return [
      kernels.weightGradientScratch(plan.rows, inputs, outputs, plan.zerosEnter[i] as boolean) >>> 0,
      kernels.productScratch(plan.rows, outputs, inputs, true) >>> 0,
    ];
  });
  if (plan.together) products.push(kernels.lineGradientScratch(plan.rows, lineUnits(plan)) >>> 0);
  return 3 * plan.largest + Math.max(...products);
}

function backwardStack(
  { kernels }: Machine,
  plan: StackPlan,
  at: BackwardPlaces,
  weights: readonly number[],
  gradients: readonly LayerAddresses[],
): void {
  const { rows, activation, skips, zerosEnter, together } = plan;
  const last = skips.length - 1;
  const [first, second, third] = [at.scratch, at.scratch + plan.largest, at.scratch + 2 * plan.largest];
  const free = third + plan.largest;
  let dh = at.dy;
  for (let i = last; i >= 0; i--) {
    const [inputs, outputs] = shapeOf(plan, i);
    const place = plan.kept[i];
    const dz = place ? third : dh;
    if (place) kernels.activationGradient(dh, at.kept + place.activated, dz, rows * outputs, activation);
    const { weight, bias } = gradients[i] as LayerAddresses;
    const before = plan.kept[i - 1];
    const entering = before ? at.kept + before.output : at.x;
    kernels.sumRows(dz, rows, outputs, bias);
    if (i < together) {
      const first = gradients[0] as LayerAddresses;
      kernels.lineGradient(
        ...([at.x, at.kept, rows, inputs, weights[i] as number, outputs, dz, at.dx] as const),
        ...([first.weight, first.bias, weight, free] as const),
      );
      return;
    }
    kernels.weightGradient(entering, dz, rows, inputs, outputs, zerosEnter[i] as boolean, weight, free);
    const to = i === 0 ? at.dx : dh === first ? second : first;
    const zeros = place !== undefined && activation === activationCodes.relu;
    kernels.product(
      ...([dz, 4 * outputs, 4, weights[i] as number, 4, 4 * outputs, 0, to, rows, outputs, inputs] as const),
      ...([activationCodes.linear, 0, zeros, free] as const),
    );
    if (skips[i]) kernels.add(to, dh, rows * inputs, to);
    dh = to;
  }
}

/** A stack of dense layers between vectors of these sizes. */
export function denseStack(kernels: Kernels, rows: number, widths: readonly number[], options: StackOptions): Stack {
  const plan = planStack(kernels, rows, widths, options);
  const forwardBytes = forwardScratch(kernels, plan);
  return {
    keptSize: plan.keptSize,
    forwardBytes,
    forwardBytesAlone: forwardBytes + wholeLines(4 * plan.keptSize),
    backwardBytes: backwardScratch(kernels, plan),
    forward: (machine, x, layers, places) => forwardStack(machine, plan, x, layers, places),
    backward: (machine, places, weights, gradients) => backwardStack(machine, plan, places, weights, gradients),
  };
}
