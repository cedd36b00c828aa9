import { convolutional } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { filterOf, takeConvolution } from './convolution.ts';
import type { Activation, ImportedNetwork } from './imported-network.ts';

/** Convolutions one after another with one activation between them, with as many zeros beyond the borders as keep the size: `ConvNet2d` of normflows. */
export function convolutionalNet(dict: StateDict, activation: Activation): ImportedNetwork {
  const layers = dict.children().map((name) => {
    const module = dict.at(name);
    return module.has('weight')
      ? takeConvolution(module)
      : refuse(module.path, 'normalisation inside a network has no equivalent here');
  });
  const [first, last] = [layers[0], layers.at(-1)];
  if (!first || !last) return refuse(dict.path, 'a network without convolutions');
  const hidden = layers.slice(0, -1);
  const width = hidden[0]?.outputs ?? 1;
  if (hidden.some(({ outputs }) => outputs !== width))
    refuse(dict.path, 'hidden layers of several widths have no equivalent here');
  return {
    last,
    inputs: first.channels,
    ...{ contextFeatures: 0, scaledBy: null },
    finish: (own) => ({
      spec: convolutional({ width, activation, kernelSizes: layers.map(({ side }) => side) }),
      params: [...hidden, { ...last, ...own }].map(filterOf),
    }),
  };
}
