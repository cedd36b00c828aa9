import { type OptionCheck, wholeNumber } from '@diffeo/core/arguments';

const side = wholeNumber({ from: 1, to: 65536 });

/** Channels, height and width of images, as PyTorch has them. */
export const imageShape: OptionCheck = {
  test: (value) => Array.isArray(value) && value.length === 3 && value.every(side.test),
  expected: 'channels, height and width, whole numbers from 1 to 65536',
};
