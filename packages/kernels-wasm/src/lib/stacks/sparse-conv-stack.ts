import type { KernelContext } from '../heap/kernel-context.ts';
import { eachBlock } from '../heap/row-blocks.ts';
import { activationCodes } from './activation-code.ts';
import { writeGrid } from './im2col-shape.ts';
import {
  type Block,
  blockOf,
  type Filter,
  firstOf,
  hiddenOf,
  lastOf,
  middleOf,
  nonzeroBytes,
  planStack,
  type SparsePlan,
} from './sparse-conv-plan.ts';
import { type BackwardPlaces, type LayerAddresses, type Stack, wholeLines } from './stack.ts';

// The stack of a coupling's network: a convolution of few channels into many, convolutions of single pixels, and one of many
// channels into few, with rectifiers between. About half of what a rectifier gives is zero, and so are the gradients there:
// but for the first convolution, and the gradient of what enters the last, every product here skips them. Images are taken a
// few at a time, so that what lies between the layers stays in the second-level cache.

const { linear, relu } = activationCodes;
const noSlope = 0;

/** Runs `f` on each block of images. The sizes of a block are written where `begin` does it, when they change. */
function eachOf(plan: SparsePlan, begin: (block: Block) => void, f: (block: Block, firstRow: number) => void): void {
  const [images, height, width] = plan.image;
  let block: Block | null = null;
  eachBlock(images, plan.together, (first, count) => {
    if (block?.images !== count) {
      block = blockOf(plan, count);
      begin(block);
    }
    f(block, first * height * width);
  });
}

/** Writes the sizes of a block where kernels read them, and what depends on them alone. */
function writeGrids(
  kernelContext: KernelContext,
  block: Block,
  at: (name: 'firstGrid' | 'firstTables' | 'lastGrid' | 'lastTables') => number,
): void {
  for (const name of ['first', 'last'] as const) {
    writeGrid(kernelContext, at(`${name}Grid`), block[name]);
    kernelContext.kernels.writeTapTables(at(`${name}Grid`), at(`${name}Tables`));
  }
}

function forward(
  kernelContext: KernelContext,
  plan: SparsePlan,
  x: number,
  layers: readonly LayerAddresses[],
  { y, saved, scratch }: { readonly y: number; readonly saved: number; readonly scratch: number },
): void {
  const { kernels } = kernelContext;
  const { filters, hidden } = plan;
  const at = (name: keyof SparsePlan['forward']['at']): number => scratch + plan.forward.at[name];
  const [first, last] = [layers[0], layers.at(-1)] as readonly [LayerAddresses, LayerAddresses];
  const [firstHeight, firstAcross, inputs, firstWidth] = firstOf(plan);
  /** How many numbers a pixel of the first convolution sees. */
  const seen = firstHeight * firstAcross * inputs;
  const [, , lastInputs, outputs] = lastOf(plan);
  /** Where a block's part of a hidden layer is. */
  const placeOf = (i: number, { rows }: Block, firstRow: number): readonly [output: number, nonzeros: number] => {
    const { width, output, nonzeros } = hiddenOf(plan, i);
    if (saved) return [saved + output + 4 * firstRow * width, saved + nonzeros + firstRow * nonzeroBytes(width)];
    const before = hidden.slice(0, i).reduce((sum, layer) => sum + 4 * layer.width + nonzeroBytes(layer.width), 0);
    const here = at('hidden') + rows * before;
    return [here, here + 4 * rows * width];
  };
  let weights = at('weights');
  const packed = new Map<number, number>();
  for (const i of middleOf(plan)) {
    const [, , from, to] = filters[i] as Filter;
    kernels.pack((layers[i] as LayerAddresses).weight, 4 * to, 4, from, to, weights);
    packed.set(i, weights);
    weights += 4 * from * to;
  }
  let begins = true;
  const begin = (block: Block): void => {
    writeGrids(kernelContext, block, at);
    if (!begins) return;
    begins = false;
    kernels.packTapPanels(at('lastGrid'), last.weight, lastInputs, 4 * outputs, 4, at('lastFilter'));
  };
  eachOf(plan, begin, (block, firstRow) => {
    const { rows } = block;
    let [entering, nonzeros] = placeOf(0, block, firstRow);
    kernels.addBorder(at('firstGrid'), x + 4 * firstRow * inputs, at('bordered'));
    kernels.im2col(at('firstGrid'), at('firstTables'), at('bordered'), false, at('patches'));
    kernels.product(
      ...([at('patches'), 4 * seen, 4, first.weight, 4 * firstWidth, 4, first.bias, entering] as const),
      ...([rows, seen, firstWidth, relu, noSlope, false, at('product')] as const),
    );
    kernels.findNonzeros(entering, 4 * firstWidth, rows, firstWidth, nonzeros);
    for (const i of middleOf(plan)) {
      const [, , size, width] = filters[i] as Filter;
      const [to, toNonzeros] = placeOf(i, block, firstRow);
      const { bias } = layers[i] as LayerAddresses;
      kernels.sparseProduct(
        entering,
        nonzeros,
        rows,
        size,
        packed.get(i) as number,
        width,
        bias,
        to,
        true,
        0,
        toNonzeros,
      );
      [entering, nonzeros] = [to, toNonzeros];
    }
    const spread = [entering, nonzeros, lastInputs, at('lastFilter'), true, at('bordered'), at('spread')] as const;
    kernels.col2im(at('lastGrid'), at('lastTables'), ...spread);
    kernels.dropBorder(at('lastGrid'), at('bordered'), last.bias, y + 4 * firstRow * outputs);
  });
}

function backward(
  kernelContext: KernelContext,
  plan: SparsePlan,
  places: BackwardPlaces,
  weights: readonly number[],
  gradients: readonly LayerAddresses[],
): void {
  const { kernels } = kernelContext;
  const { filters, hidden, firstSizes, lastSizes } = plan;
  const at = (name: keyof SparsePlan['backward']['at']): number => places.scratch + plan.backward.at[name];
  const [images, height, width] = plan.image;
  const [, , inputs, firstWidth] = firstOf(plan);
  const [lastHeight, lastAcross, lastWidth, outputs] = lastOf(plan);
  const lastTaps = lastHeight * lastAcross;
  /** How many numbers of the last gradient a pixel sees. */
  const lastSeen = lastTaps * outputs;
  const top = hidden.length - 1;
  const lastGradient = gradients.at(-1) as LayerAddresses;
  const placeOf = (i: number, firstRow: number): readonly [output: number, nonzeros: number] => {
    const layer = hiddenOf(plan, i);
    return [
      places.saved + layer.output + 4 * firstRow * layer.width,
      places.saved + layer.nonzeros + firstRow * nonzeroBytes(layer.width),
    ];
  };

  let begins = true;
  const begin = (block: Block): void => {
    writeGrids(kernelContext, block, at);
    if (!begins) return;
    begins = false;
    const first = [weights[0] as number, firstWidth, 4, 4 * firstWidth, at('firstFilter')] as const;
    kernels.packTapPanels(at('firstGrid'), ...first);
  };

  // The last filter with a row for each of its inputs, as patches have one for each pixel.
  for (let tap = 0; tap < lastTaps; tap++) {
    const from = (weights.at(-1) as number) + 4 * tap * lastWidth * outputs;
    kernels.copyRows(from, 4 * outputs, lastWidth, outputs, at('lastRows') + 4 * tap * outputs, 4 * lastSeen);
  }
  kernels.clear(at('firstSums'), firstSizes.line * firstSizes.panels * firstWidth);
  kernels.clear(at('lastSums'), lastSizes.line * lastSizes.panels * lastWidth);
  const packed = new Map<number, number>();
  let free = at('weights');
  for (const i of middleOf(plan)) {
    const [, , from, to] = filters[i] as Filter;
    kernels.pack(weights[i] as number, 4, 4 * to, to, from, free);
    packed.set(i, free);
    free += 4 * from * to;
    kernels.clear((gradients[i] as LayerAddresses).weight, 4 * from * to);
  }
  for (const [i, { width: size }] of hidden.entries()) kernels.clear((gradients[i] as LayerAddresses).bias, 4 * size);
  kernels.sumRows(places.dy, images * height * width, outputs, lastGradient.bias);

  /** What a hidden layer's gradient tells of its bias. */
  const addBias = (i: number, dz: number, rows: number): void => {
    const [{ width: size }, { bias }] = [hiddenOf(plan, i), gradients[i] as LayerAddresses];
    kernels.sumRows(dz, rows, size, at('sums'));
    kernels.add(bias, at('sums'), size, bias);
  };

  eachOf(plan, begin, ({ rows }, firstRow) => {
    const transposedNonzeros = at('nonzeros');
    let [h, nonzeros] = placeOf(top, firstRow);
    let [dz, other] = [at('dz'), at('dh')];
    kernels.addBorder(at('lastGrid'), places.dy + 4 * firstRow * outputs, at('bordered'));
    kernels.im2colTaps(at('lastGrid'), at('lastTables'), at('bordered'), true, at('patches'));
    kernels.transposeNonzeros(nonzeros, rows, lastWidth, transposedNonzeros);
    kernels.addSparseTaps(
      h,
      transposedNonzeros,
      rows,
      lastWidth,
      at('patches'),
      lastSizes.panels,
      lastSizes.line,
      at('lastSums'),
    );
    kernels.im2col(at('lastGrid'), at('lastTables'), at('bordered'), true, at('patches'));
    kernels.product(
      ...([at('patches'), 4 * lastSeen, 4, at('lastRows'), 4, 4 * lastSeen, 0, dz] as const),
      ...([rows, lastSeen, lastWidth, linear, noSlope, false, at('product')] as const),
    );
    kernels.activationGradient(dz, h, dz, rows * lastWidth, relu);
    for (let i = top; i > 0; i--) {
      const [, , size, made] = filters[i] as Filter;
      const [before, nonzerosBefore] = placeOf(i - 1, firstRow);
      addBias(i, dz, rows);
      kernels.pack(dz, 4 * made, 4, rows, made, at('packed'));
      kernels.transposeNonzeros(nonzerosBefore, rows, size, transposedNonzeros);
      const { weight } = gradients[i] as LayerAddresses;
      kernels.addSparseColumns(before, transposedNonzeros, rows, size, at('packed'), made, weight);
      kernels.clear(at('sums'), 4 * size);
      kernels.sparseProduct(
        dz,
        nonzeros,
        rows,
        made,
        packed.get(i) as number,
        size,
        at('sums'),
        other,
        false,
        nonzerosBefore,
        0,
      );
      [dz, other] = [other, dz];
      [h, nonzeros] = [before, nonzerosBefore];
    }
    addBias(0, dz, rows);
    if (top === 0) kernels.transposeNonzeros(nonzeros, rows, firstWidth, transposedNonzeros);
    kernels.addBorder(at('firstGrid'), places.x + 4 * firstRow * inputs, at('bordered'));
    kernels.im2colTaps(at('firstGrid'), at('firstTables'), at('bordered'), false, at('patches'));
    kernels.addSparseTaps(
      dz,
      transposedNonzeros,
      rows,
      firstWidth,
      at('patches'),
      firstSizes.panels,
      firstSizes.line,
      at('firstSums'),
    );
    const spread = [dz, nonzeros, firstWidth, at('firstFilter'), false, at('bordered'), at('spread')] as const;
    kernels.col2im(at('firstGrid'), at('firstTables'), ...spread);
    kernels.dropBorder(at('firstGrid'), at('bordered'), 0, places.dx + 4 * firstRow * inputs);
  });

  if (begins) begin(blockOf(plan, 0));
  const first = (gradients[0] as LayerAddresses).weight;
  kernels.unpackTapPanels(at('lastGrid'), at('lastSums'), lastWidth, 4 * outputs, 4, lastGradient.weight);
  kernels.unpackTapPanels(at('firstGrid'), at('firstSums'), firstWidth, 4, 4 * firstWidth, first);
}

/** A stack of convolutions of which {@link isSparseStack} is true, over `image`: how many, their height, their width. */
export function sparseConvStack(
  kernelContext: KernelContext,
  image: SparsePlan['image'],
  filters: readonly (readonly number[])[],
): Stack {
  const plan = planStack(kernelContext, image, filters as readonly Filter[]);
  return {
    savedSize: plan.savedSize,
    forwardBytes: plan.forward.at.hidden,
    forwardBytesAlone: wholeLines(plan.forward.bytes),
    backwardBytes: plan.backward.bytes,
    forward: (bound, x, layers, places) => forward(bound, plan, x, layers, places),
    backward: (bound, places, weights, gradients) => backward(bound, plan, places, weights, gradients),
  };
}
