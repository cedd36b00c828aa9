export { encodePng, type Picture } from './lib/images/encode-png.ts';
export { imageSheet, type SheetOptions, sheetLayout } from './lib/images/image-sheet.ts';
export {
  type Images,
  type ImagesOptions,
  imageRows,
  imagesFrom,
  labelRows,
  nearestImages,
  splitImages,
  takeImages,
} from './lib/images/images.ts';
export type { NumberArray, Numbers, ReadOptions } from './lib/images/number-array.ts';
export { parseIdx } from './lib/images/parse-idx.ts';
export { parseNpy } from './lib/images/parse-npy.ts';
export { type NpzOptions, parseNpz } from './lib/images/parse-npz.ts';
export { reduceBits } from './lib/preprocessing/reduce-bits.ts';
