import { uniformDequantize } from '@diffeo/datasets';
import { logit, standardise } from '@diffeo/layers-elementwise';
import { digitImages } from '../../images/image-data.ts';
import { digitsDefaults, imageDigitsDefaults } from '../../train/train-defaults.ts';
import type { DataSource } from '../data-source.ts';
import { digitBins, readDigitRows } from '../read-rows.ts';
import { refuseCount, refuseImageOptions } from '../refuse-options.ts';
import { splitTable } from '../split-rows.ts';
import type { TrainingData, TrainingDataOptions } from '../training-data.ts';
import { imagesSource } from './images.ts';

async function digitRows(name: string, options: TrainingDataOptions): Promise<TrainingData> {
  const rows = await readDigitRows();
  const { train, validation, test: heldOut } = splitTable(rows, name, options);
  return {
    columns: rows.columns,
    train,
    validation,
    heldOut,
    preprocessing: { dequantize: uniformDequantize({ bins: digitBins }), layers: [logit(), standardise()] },
    defaults: digitsDefaults,
  };
}

/** The UCI digits: rows of 64 numbers, or images for flows of images. */
export function digitsSource(name: string): DataSource {
  const images = imagesSource(digitImages(name), imageDigitsDefaults);
  return {
    name,
    isOurs: true,
    flow: digitsDefaults.flow,
    train: async (options) => {
      if (options.flow === 'glow') return await images.train(options);
      refuseImageOptions(name, options.images, ': as images it takes --flow glow');
      return await digitRows(name, options);
    },
    rows: async (stored, options) => {
      if (stored.model.eventShape.length === 3) return await images.rows(stored, options);
      refuseImageOptions(name, options.images);
      refuseCount(name, options.count);
      return await readDigitRows();
    },
  };
}
