import { readCsvFile } from './csv/read-csv-file.ts';
import { type Dataset, datasetFrom } from './data/dataset.ts';

/** The digits with their labels. */
export interface Digits {
  /** 1,797 images of 8 × 8 pixels, row by row: event shape `[64]`, whole numbers 0 (paper) to 16 (ink). */
  readonly images: Dataset<Float32Array>;
  /** The digit that each image shows, 0 to 9. */
  readonly labels: Uint8Array;
}

const pixels = 64;

/**
 * The handwritten digits that ship with this package: the test part of "Optical Recognition of Handwritten Digits"
 * (Alpaydin & Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0). Node only. The images have 17 bins.
 *
 * @example
 * const { images, labels } = await readDigits();
 * console.log(images.count, labels[0]); // 1797 0
 */
export async function readDigits(): Promise<Digits> {
  const { values, count } = await readCsvFile(new URL('../../data/digits.csv.gz', import.meta.url), { header: false });
  const images = new Float32Array(count * pixels);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * (pixels + 1);
    images.set(values.subarray(at, at + pixels), i * pixels);
    labels[i] = values[at + pixels] as number;
  }
  return { images: datasetFrom(images, { eventShape: [pixels] }), labels };
}
