import { type PublishedImages, type PublishedOptions, readPublished } from './published-images.ts';

/**
 * MNIST: 60,000 + 10,000 handwritten digits of 28 × 28 pixels (LeCun, Cortes & Burges 1998), with the published test part.
 * Node only. Downloads 11.6 MB, checked by SHA-256, into the user's cache (`DIFFEO_CACHE` names another folder), or reads
 * the four files of `folder`. Throws `DOWNLOAD`, `FILE`, `CANCELLED`, and what `readIdxImages` throws.
 */
export const mnist = (options: PublishedOptions = {}): Promise<PublishedImages> =>
  readPublished(
    {
      name: 'mnist',
      mirrors: ['https://ossci-datasets.s3.amazonaws.com/mnist', 'https://storage.googleapis.com/cvdf-datasets/mnist'],
      files: {
        'train-images-idx3': [9_912_422, '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'],
        'train-labels-idx1': [28_881, '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'],
        't10k-images-idx3': [1_648_877, '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'],
        't10k-labels-idx1': [4_542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'],
      },
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    },
    options,
  );
