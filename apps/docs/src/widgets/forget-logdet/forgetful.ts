import { type Bijector, defineLayer, specOf, type Transformed } from '@diffeo/core';
import { zerosLike } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';

const forget = ({ value, logDet }: Transformed): Transformed => ({ value, logDet: zerosLike(logDet) });

/** A layer that maps as the one inside and says that it stretches nothing: what a flow is trained with when the logDet is forgotten. */
export const forgetful = defineLayer({
  type: '@diffeo/docs/forgetful',
  version: 1,
  schema: strictObject({ layer: specOf('layer') }),
  build: ({ layer }, site): Bijector => {
    const { eventShape, baseShape, contextShape, layout, init, forward, inverse } = site.build(layer, 'layer');
    return {
      ...{ eventShape, baseShape, contextShape, layout, init },
      forward: (params, z, call) => forget(forward(params, z, call)),
      inverse: (params, x, call) => forget(inverse(params, x, call)),
    };
  },
});
