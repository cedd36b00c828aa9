export { readCsvFile, readCsvStream } from './lib/csv/read-csv-file.ts';
export { fashionMnist } from './lib/images/fashion-mnist.ts';
export { mnist } from './lib/images/mnist.ts';
export type { PublishedImages, PublishedOptions } from './lib/images/published-images.ts';
export { readIdxImages } from './lib/images/read-idx-images.ts';
export { type ImageFolderOptions, readImageFolder } from './lib/images/read-image-folder.ts';
export { isImageFile, readImages } from './lib/images/read-images.ts';
export { type Digits, readDigits } from './lib/read-digits.ts';
