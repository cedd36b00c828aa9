export type { NumberArray, ReadOptions } from './lib/images/arrays/number-array.ts';
export { parseIdx } from './lib/images/arrays/parse-idx.ts';
export { parseNpy } from './lib/images/arrays/parse-npy.ts';
export { type NpzOptions, parseNpz } from './lib/images/arrays/parse-npz.ts';
export { encodePng, type Picture } from './lib/images/encode-png.ts';
export { imageSheet, type SheetOptions, sheetLayout } from './lib/images/image-sheet.ts';
export {
  type Images,
  type ImagesOptions,
  imagesFrom,
  labelRows,
  nearestImages,
} from './lib/images/images.ts';
export type { ImageReader } from './lib/images/readers/image-reader.ts';
export { imageReaders } from './lib/images/readers/image-readers.ts';
export { reduceBits } from './lib/preprocessing/reduce-bits.ts';
