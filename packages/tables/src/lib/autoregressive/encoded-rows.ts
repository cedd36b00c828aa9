import { type Base, type Definition, DiffeoError, defineBase } from '@diffeo/core';
import { type AutoregressiveParams, autoregressiveParts, autoregressiveSchema } from './autoregressive-parts.ts';
import { headLogProb } from './heads.ts';

/** Rows as the network of `autoregressiveRows` takes them, with its parameters: what it is trained on. */
export const encodedRows: Definition<'base', typeof autoregressiveSchema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/tables/encoded-rows',
  version: 1,
  schema: autoregressiveSchema,
  build: (config, { eventShape, fail }): Base<AutoregressiveParams> => {
    const { layout, network, params, init } = autoregressiveParts(config);
    if (eventShape.length !== 1 || eventShape[0] !== layout.length)
      fail(`encoded rows are of ${layout.length} numbers`);
    return {
      ...{ eventShape, contextShape: null, layout: params, init },
      logProb: (own, z) => headLogProb(layout, network.apply(own.network, z), z, own.shares),
      sample: () => {
        throw new DiffeoError('SPEC', 'encoded rows are for training alone: draw from autoregressiveRows()');
      },
    };
  },
});
