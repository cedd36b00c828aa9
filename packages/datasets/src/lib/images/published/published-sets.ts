import { fashionMnist } from './fashion-mnist.ts';
import { mnist } from './mnist.ts';
import type { PublishedImages, PublishedOptions } from './published-images.ts';

/** The published sets of images, by name. */
export const publishedSets = {
  mnist,
  'fashion-mnist': fashionMnist,
} satisfies Readonly<Record<string, (options?: PublishedOptions) => Promise<PublishedImages>>>;
