import { maxValue, minValue, number, pipe } from 'valibot';

const largest = 3.4028234663852886e38;

/** What a configuration gives as a number and float32 can hold: neither NaN nor infinite. */
export const float32 = /* @__PURE__ */ pipe(
  /* @__PURE__ */ number(),
  /* @__PURE__ */ minValue(-largest),
  /* @__PURE__ */ maxValue(largest),
);

/** A standard deviation: large enough that its square's inverse stays within float32. */
export const standardDeviation = /* @__PURE__ */ pipe(float32, /* @__PURE__ */ minValue(1e-30));
