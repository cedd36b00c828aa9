import { DiffeoError } from '@diffeo/core';
import { loadResvg } from './resvg.ts';

/** How an SVG becomes pixels. */
export interface RasteriseOptions {
  /** Device pixels for one CSS pixel. Default 2. */
  readonly zoom?: number;
}

/**
 * Draws an SVG as an opaque PNG on white. Only the fonts of this package are used, never the machine's.
 *
 * Throws `PICTURE` when the renderer refuses the SVG.
 */
export const rasterise = async (svg: string, { zoom = 2 }: RasteriseOptions = {}): Promise<Uint8Array> => {
  const parse = await loadResvg();
  try {
    const document = parse(svg, { fitTo: { mode: 'zoom', value: zoom }, background: '#ffffff' });
    const image = document.render();
    const png = image.asPng();
    // Not in a `finally`: after a panic the renderer refuses to free, and that error would hide the first.
    image.free();
    document.free();
    return png;
  } catch (cause) {
    throw new DiffeoError(
      'PICTURE',
      `The SVG could not be drawn as a PNG: ${String(cause)}. Look at the SVG, which starts with ${svg.slice(0, 60)}`,
      { cause },
    );
  }
};
