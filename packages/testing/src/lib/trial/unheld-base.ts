import { type Base, defineBase, type Spec } from '@diffeo/core';

interface UnheldConfig {
  readonly base: Spec<'base'>;
}

/** A base that doesn't say in which interval it lies, so that no layer is held to it. */
export const unheld = /* @__PURE__ */ defineBase({
  type: '@diffeo/testing/unheld',
  version: 1,
  schema: { '~standard': { version: 1, vendor: 'diffeo', validate: (value) => ({ value: value as UnheldConfig }) } },
  build: ({ base }, site): Base => {
    const { support: _, ...rest } = site.build<'base'>(base, 'base');
    return rest;
  },
});
