export { type RasteriseOptions, rasterise } from './lib/rasterise.ts';
export { loadTextWidth, type TextWidth } from './lib/text-width.ts';
