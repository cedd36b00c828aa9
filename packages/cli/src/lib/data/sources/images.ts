import type { FoundPictures } from '@diffeo/datasets/node';
import { type ImageOrigin, imagePreprocessing, readImagesOf } from '../../images/image-data.ts';
import { requireTrainableImages } from '../../images/image-shape.ts';
import { requireTrainablePictures, sayLeftOut } from '../../images/picture-folder.ts';
import { flowNamed } from '../../train/flows.ts';
import { imageDefaults, type TrainDefaults } from '../../train/train-defaults.ts';
import type { DataSource } from '../data-source.ts';
import { refuseCount } from '../refuse-options.ts';
import { neededImages, partSizes, splitImageRows } from '../split-rows.ts';
import type { TrainingData, TrainingDataOptions } from '../training-data.ts';

async function imageData(
  origin: ImageOrigin,
  defaults: TrainDefaults,
  options: TrainingDataOptions,
): Promise<TrainingData> {
  const { dequantize = 'variational', folder, bits, size, pad } = options.images;
  const { batchSize = defaults.batchSize, layers = defaults.layers, hidden = defaults.hidden } = options;
  const { levels = defaults.levels, gradient = 'store', signal } = options;
  const kind = flowNamed(options.flow ?? defaults.flow);
  // Options that do not go together are said before anything is read.
  kind.layers({ ...defaults, layers, hidden, levels });
  const flow = { batchSize, layers, hidden, levels: kind.images ? levels : 0, gradient, pad };
  const check = (found: FoundPictures): void => {
    partSizes(
      found.pictures.length,
      { name: origin.name, needed: neededImages, rows: 'images', takers: 'Flows' },
      options,
    );
    requireTrainablePictures(origin.name, found, { size, flow });
  };
  const read = await readImagesOf(origin, { folder, bits, size }, { signal, check });
  const { count, eventShape: shape } = read.images;
  requireTrainableImages({ name: origin.name, count, shape, resizable: origin.isResizable }, flow);
  return {
    ...splitImageRows(read, origin.name, options),
    preprocessing: imagePreprocessing(read.images, { dequantize, pad }),
    defaults,
  };
}

/** Images of any origin. */
export const imagesSource = (origin: ImageOrigin, defaults: TrainDefaults = imageDefaults): DataSource => ({
  name: origin.name,
  isOurs: origin.isOurs,
  flow: defaults.flow,
  train: (options) => imageData(origin, defaults, options),
  rows: async ({ notes, model }, { data, seed, count, images, signal }) => {
    refuseCount(data, count);
    const { folder, bits, part } = images ?? { folder: undefined, bits: undefined };
    // Pictures are brought to the size that the model takes, unless another is asked for.
    const [height = 0, width = 0] = model.eventShape;
    const size = images?.size ?? (origin.isResizable ? ([height, width] as const) : undefined);
    const read = await readImagesOf(
      origin,
      { folder, bits, size },
      { signal, check: ({ others }) => sayLeftOut(others) },
    );
    if (part === undefined) return read.test ?? read.images;
    const parts = splitImageRows(read, data, notes.split ?? { seed, limit: undefined, heldOut: undefined });
    return part === 'held-out' ? parts.heldOut : parts[part];
  },
});
