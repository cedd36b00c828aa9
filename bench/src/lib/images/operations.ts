import type { Mode } from '../comparison/workload.ts';
import type { ImageSize } from './image-size.ts';
import { sampled } from './problem.ts';

/** How many images a step takes or makes. */
export const imagesOf = ({ batch }: ImageSize, mode: Mode): number => (mode === 'sample' ? sampled : batch);

/**
 * Floating-point operations of a step in a mode, as the convolutions alone take them: two for each weight, pixel and image,
 * three times as many with both gradients.
 */
export function operationsOf(size: ImageSize, mode: Mode): number {
  const { side, levels, steps, width } = size;
  let products = 0;
  for (let level = 1, channels = 4; level <= levels; level++, channels *= 2) {
    const pixels = (side / 2 ** level) ** 2;
    const coupling = 9 * (channels / 2) * width + width * width + 9 * width * channels;
    const couplings = level < levels ? steps + 1 : steps;
    products += pixels * (couplings * coupling + steps * channels * channels);
  }
  return (mode === 'training' ? 3 : 1) * 2 * products * imagesOf(size, mode);
}
