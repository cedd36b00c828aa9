import type { LayoutTree, Params } from '@diffeo/core';
import { array, check, custom, minLength, pipe, strictObject } from 'valibot';
import { isPartSpec } from './define-part.ts';
import { defineOptimiser, type OptimiserDefinition, type OptimiserSpec } from './optimiser.ts';

const schema = /* @__PURE__ */ strictObject({
  parts: /* @__PURE__ */ pipe(
    /* @__PURE__ */ array(
      /* @__PURE__ */ custom<OptimiserSpec>(
        (value) => isPartSpec('optimiser', value),
        'expected an optimiser, such as adam()',
      ),
    ),
    /* @__PURE__ */ minLength(1),
    /* @__PURE__ */ check((parts) => parts.length <= 64, 'expected 64 parts at most'),
  ),
});

const chained: OptimiserDefinition<typeof schema> = /* @__PURE__ */ defineOptimiser({
  type: '@diffeo/trainer/chain',
  version: 1,
  schema,
  build: ({ parts }, site) => {
    const built = parts.map((spec) => site.build(spec));
    const [first] = built;
    // A chain of one is that one.
    if (first && built.length === 1) return first;
    return {
      layout: built.map(({ layout }) => layout) as LayoutTree,
      init: () => built.map((part) => part.init()) as Params,
      update: (gradient, state, context) => {
        let update = gradient;
        const states = built.map((part, i) => {
          const next = part.update(update, (state as readonly Params[])[i] as Params, context);
          update = next.update;
          return next.state;
        });
        return { update, state: states as Params };
      },
    };
  },
});

/** One optimiser after another: each takes what the one before it makes of the gradient. `chain(clipByValue({ value: 1 }), lion())`. */
export const chain = Object.assign(
  (...parts: readonly OptimiserSpec[]): OptimiserSpec => chained({ parts: [...parts] }),
  {
    definition: chained,
  },
);
