import { type Bijector, defineLayer, defineNetwork, leaf, type Spec } from '@diffeo/core';
import { add, div, reshape, sub, type Tensor, tile, zeros } from '@tensorflow/tfjs-core';
import { anyConfig, control, type NegativeControl, typeOf } from './broken.ts';

/** A network of one row of weights: whatever the input, they are its output. */
const constantNetwork = defineNetwork({
  type: typeOf('constant-network'),
  version: 1,
  schema: anyConfig,
  build: () => (inputShape, outputShape) => ({
    inputShape,
    outputShape,
    contextShape: null,
    layout: { output: leaf(outputShape) },
    init: () => ({ output: zeros([...outputShape]) }),
    apply: ({ output }, x) => tile(reshape(output, [1, ...outputShape]), [x.shape[0] as number, 1]),
  }),
});

interface Config {
  readonly network: Spec<'network'>;
}

/** Shifts by what its network says, and asks it once more on the way back. */
const shiftedByNetwork = defineLayer({
  type: typeOf('evaluates-its-network-twice'),
  version: 1,
  schema: { '~standard': { ...anyConfig['~standard'], validate: (value: unknown) => ({ value: value as Config }) } },
  build: ({ network: spec }: Config, site): Bijector => {
    const { eventShape } = site;
    const network = site.build(spec, 'network')(eventShape, eventShape);
    const still = (x: Tensor): Tensor => zeros([x.shape[0] as number]);
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout: network.layout,
      init: network.init,
      forward: (params, z, call) => ({ value: add(z, network.apply(params, z, call)), logDet: still(z) }),
      inverse: (params, x, call) => {
        const twice = add(network.apply(params, x, call), network.apply(params, x, call));
        return { value: sub(x, div(twice, 2)), logDet: still(x) };
      },
    };
  },
});

/** Layers that use their networks wrongly. */
export const networkControls = (): readonly NegativeControl<'layer'>[] => [
  control<'layer'>(
    {
      name: 'evaluates-its-network-twice',
      brokenCheck: 'one-evaluation',
      finding: 'One call of inverse: expected 1 evaluation of each network inside and got 2',
    },
    shiftedByNetwork({ network: constantNetwork() }),
  ),
];
