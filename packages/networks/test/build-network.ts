import { defineLayer, flow, type Network, type Shape, type Spec } from '@diffeo/core';
import { zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';

/** A network between two shapes, built as a layer builds it. */
export function buildNetwork(
  spec: Spec<'network'>,
  inputShape: Shape,
  outputShape: Shape,
  contextShape: Shape | null = null,
): Network {
  let built: Network | null = null;
  const holder = defineLayer({
    type: 'test/holder',
    version: 1,
    schema: strictObject({}),
    build: (_, site) => {
      const network = site.build(spec, 'network')(inputShape, outputShape);
      built = network;
      const same = (value: Parameters<Network['apply']>[1]) => ({ value, logDet: zeros([value.shape[0] as number]) });
      return {
        ...{ eventShape: site.eventShape, baseShape: site.eventShape, contextShape: network.contextShape },
        layout: network.layout,
        init: (seed) => network.init(seed),
        forward: (_params, z) => same(z),
        inverse: (_params, x) => same(x),
      };
    },
  });
  flow({ eventShape: [1], contextShape, layers: [holder()] });
  return built as unknown as Network;
}
