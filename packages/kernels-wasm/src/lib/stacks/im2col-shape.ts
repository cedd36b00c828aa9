import { withScratch } from '../heap/heap.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import { wholeLines } from './stack.ts';

/** An image and a filter with odd sides: the numbers of `Im2colShape` in `assembly/tap-grid.ts`, in its order. */
export interface Im2colShape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
}

/** How many bytes {@link writeGrid} writes. */
export const gridBytes = 4 * 6;

/** Writes a grid as kernels read it. */
export function writeGrid({ writeInts }: KernelContext, address: number, grid: Im2colShape): void {
  const { images, height, width, channels, filterHeight, filterWidth } = grid;
  writeInts(address, [images, height, width, channels, filterHeight, filterWidth]);
}

/** How many bytes what belongs to a grid takes. */
export interface GridSizes {
  /** Panels of which a pixel has a line each. */
  readonly panels: number;
  /** Bytes of a line. */
  readonly line: number;
  readonly bordered: number;
  readonly tables: number;
  readonly patches: number;
  readonly im2col: number;
}

export const gridSizes = (kernelContext: KernelContext, grid: Im2colShape): GridSizes =>
  withScratch(kernelContext.backend, gridBytes, (address) => {
    const { kernels } = kernelContext;
    writeGrid(kernelContext, address, grid);
    const panels = kernels.tapPanels(address) >>> 0;
    const line = kernels.tapLineBytes(address) >>> 0;
    return {
      ...{ panels, line },
      bordered: kernels.borderedBytes(address) >>> 0,
      tables: kernels.tapTableBytes(address) >>> 0,
      im2col: kernels.im2colBytes(address) >>> 0,
      patches: wholeLines(line * panels * grid.images * grid.height * grid.width),
    };
  });
