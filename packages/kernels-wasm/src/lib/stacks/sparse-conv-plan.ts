import type { StackKernelAttributes } from '@diffeo/ops';
import type { KernelContext } from '../heap/kernel-context.ts';
import { largestBlock } from '../heap/row-blocks.ts';
import { type ScratchLayout, scratchLayout } from '../heap/scratch-layout.ts';
import { type GridSizes, gridBytes, gridSizes, type Im2colShape } from './im2col-shape.ts';

/** The sides of a filter, and its channels. */
export type Filter = readonly [height: number, width: number, inputs: number, outputs: number];

/** What depends on the number of images that are taken together. */
export interface Block {
  readonly images: number;
  readonly rows: number;
  readonly first: Im2colShape;
  readonly last: Im2colShape;
}

/** Where in `saved` a hidden layer's output is, and the nonzeros of its numbers that are not zero, in bytes. */
export interface Hidden {
  readonly width: number;
  readonly output: number;
  readonly nonzeros: number;
}

/** Everything about such a stack that is known before any number is. */
export interface SparsePlan {
  readonly image: readonly [images: number, height: number, width: number];
  readonly filters: readonly Filter[];
  readonly hidden: readonly Hidden[];
  readonly savedSize: number;
  /** Images that are taken together. */
  readonly together: number;
  readonly firstSizes: GridSizes;
  readonly lastSizes: GridSizes;
  readonly forward: ScratchLayout<
    | ('firstGrid' | 'firstTables' | 'lastGrid' | 'lastTables' | 'lastFilter' | 'bordered' | 'patches')
    | ('weights' | 'product' | 'spread' | 'hidden')
  >;
  readonly backward: ScratchLayout<
    | ('firstGrid' | 'firstTables' | 'firstFilter' | 'firstSums' | 'lastGrid' | 'lastTables' | 'lastRows' | 'lastSums')
    | ('bordered' | 'patches' | 'weights' | 'dz' | 'dh' | 'packed' | 'nonzeros' | 'product' | 'spread' | 'sums')
  >;
}

/** How many bytes the mask of a row of so many numbers takes. */
export const nonzeroBytes = (width: number): number => 8 * Math.ceil(width / 64);

/** Whether a stack is one of these: of filters with odd sides, 1×1 but for the first and the last. */
export function isSparseStack(
  filters: readonly (readonly number[])[],
  { activation, residual }: Pick<StackKernelAttributes, 'activation' | 'residual'>,
): boolean {
  const taps = filters.map(([height, width]) => (height as number) * (width as number));
  const widths = filters.slice(0, -1).map(([, , , outputs]) => outputs as number);
  return (
    activation === 'relu' &&
    !residual &&
    filters.length > 1 &&
    filters.every(([height, width]) => ((height as number) & (width as number) & 1) === 1) &&
    (taps[0] as number) > 1 &&
    (taps.at(-1) as number) > 1 &&
    taps.slice(1, -1).every((count) => count === 1) &&
    widths.every((width) => width % 32 === 0)
  );
}

export const firstOf = ({ filters }: Pick<SparsePlan, 'filters'>): Filter => filters[0] as Filter;
export const lastOf = ({ filters }: Pick<SparsePlan, 'filters'>): Filter => filters.at(-1) as Filter;
/** The convolutions of single pixels, and the indices of their layers. */
export const middleOf = ({ filters }: Pick<SparsePlan, 'filters'>): number[] => [...filters.keys()].slice(1, -1);
export const hiddenOf = ({ hidden }: SparsePlan, i: number): Hidden => hidden[i] as Hidden;

export function blockOf({ image, filters }: Pick<SparsePlan, 'image' | 'filters'>, images: number): Block {
  const [, height, width] = image;
  const [first, last] = [firstOf({ filters }), lastOf({ filters })];
  const grid = ([filterHeight, filterWidth]: Filter, channels: number): Im2colShape => {
    return { images, height, width, channels, filterHeight, filterWidth };
  };
  return {
    ...{ images, rows: images * height * width },
    ...{ first: grid(first, first[2]), last: grid(last, last[3]) },
  };
}

export function planStack(
  kernelContext: KernelContext,
  image: SparsePlan['image'],
  filters: readonly Filter[],
): SparsePlan {
  const { kernels } = kernelContext;
  const [images, height, width] = image;
  const each = height * width;
  const together = largestBlock(images, each);
  const { rows, first, last } = blockOf({ image, filters }, together);
  let bytes = 0;
  const place = (size: number): number => {
    const at = bytes;
    bytes += size;
    return at;
  };
  const hidden = filters.slice(0, -1).map(([, , , size]): Hidden => {
    const output = place(4 * images * each * size);
    return { width: size, output, nonzeros: place(images * each * nonzeroBytes(size)) };
  });
  const [firstSizes, lastSizes] = [gridSizes(kernelContext, first), gridSizes(kernelContext, last)];
  const widest = Math.max(...hidden.map((layer) => layer.width));
  const [firstWidth, lastWidth] = [(hidden[0] as Hidden).width, (hidden.at(-1) as Hidden).width];
  const filterBytes = (size: number, { panels, line }: GridSizes): number => line * panels * size;
  const weights = middleOf({ filters }).reduce((sum, i) => {
    const [, , inputs, outputs] = filters[i] as Filter;
    return sum + 4 * inputs * outputs;
  }, 0);
  const [firstHeight, firstAcross, inputs] = firstOf({ filters });
  const [lastHeight, lastAcross, , outputs] = lastOf({ filters });
  const lastSeen = lastHeight * lastAcross * outputs;
  const product = kernels.productScratch(rows, firstHeight * firstAcross * inputs, firstWidth, false) >>> 0;
  const spread = kernels.col2imScratch() >>> 0;
  return {
    ...{ image, filters, hidden, savedSize: bytes / 4, together, firstSizes, lastSizes },
    forward: scratchLayout({
      ...{ firstGrid: gridBytes, firstTables: firstSizes.tables },
      ...{ lastGrid: gridBytes, lastTables: lastSizes.tables, lastFilter: filterBytes(lastWidth, lastSizes) },
      bordered: Math.max(firstSizes.bordered, lastSizes.bordered),
      ...{ patches: firstSizes.im2col, weights, product, spread },
      // Last, so that whoever brings a place for it need not have one here.
      hidden: hidden.reduce((sum, layer) => sum + rows * (4 * layer.width + nonzeroBytes(layer.width)), 0),
    }),
    backward: scratchLayout({
      ...{ firstGrid: gridBytes, firstTables: firstSizes.tables, firstFilter: filterBytes(firstWidth, firstSizes) },
      ...{ lastGrid: gridBytes, lastTables: lastSizes.tables, lastRows: 4 * lastSeen * lastWidth },
      ...{ firstSums: filterBytes(firstWidth, firstSizes), lastSums: filterBytes(lastWidth, lastSizes) },
      bordered: Math.max(firstSizes.bordered, lastSizes.bordered),
      patches: Math.max(firstSizes.patches, lastSizes.patches, lastSizes.im2col),
      ...{ weights, dz: 4 * rows * widest, dh: 4 * rows * widest, packed: 4 * rows * widest },
      nonzeros: kernels.transposedNonzeroBytes(rows, widest) >>> 0,
      product: kernels.productScratch(rows, lastSeen, lastWidth, false) >>> 0,
      ...{ spread, sums: 4 * widest },
    }),
  };
}
