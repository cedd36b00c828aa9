import { type PublishedImages, type PublishedOptions, readPublished } from './published-images.ts';

/**
 * Fashion-MNIST: 60,000 + 10,000 pictures of clothes of 28 × 28 pixels (Xiao, Rasul & Vollgraf 2017, MIT), with the
 * published test part. Node only. Downloads 30.9 MB, checked by SHA-256, into the user's cache (`DIFFEO_CACHE` names another
 * folder), or reads the four files of `folder`. Throws `DOWNLOAD`, `FILE`, `CANCELLED`, and what `readIdxImages` throws.
 */
export const fashionMnist = (options: PublishedOptions = {}): Promise<PublishedImages> =>
  readPublished(
    {
      name: 'fashion-mnist',
      mirrors: [
        'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
        'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com',
      ],
      files: {
        'train-images-idx3': [26_421_880, '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84'],
        'train-labels-idx1': [29_515, 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845'],
        't10k-images-idx3': [4_422_102, '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073'],
        't10k-labels-idx1': [5_148, '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5'],
      },
      classes: ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
    },
    options,
  );
