/** Schemas of the numbers that optimisers and schedules take. */
import { check, finite, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';

const finiteNumber = /* @__PURE__ */ pipe(/* @__PURE__ */ number(), /* @__PURE__ */ finite());

/** From 0 to 1, and 1 not among them: the decay of a running mean. */
export const decayRate = /* @__PURE__ */ pipe(
  finiteNumber,
  /* @__PURE__ */ minValue(0),
  /* @__PURE__ */ check((value) => value < 1, 'expected a number from 0 to below 1'),
);

/** From 0 to 1. */
export const shareNumber = /* @__PURE__ */ pipe(finiteNumber, /* @__PURE__ */ minValue(0), /* @__PURE__ */ maxValue(1));

export const notNegative = /* @__PURE__ */ pipe(finiteNumber, /* @__PURE__ */ minValue(0));

export const positive = /* @__PURE__ */ pipe(
  finiteNumber,
  /* @__PURE__ */ check((value) => value > 0, 'expected a number above 0'),
);

export { optional, strictObject };
