import { type CustomIssue, type CustomSchema, custom, type ErrorMessage, type OptionalSchema, optional } from 'valibot';

/** The largest number of float32. */
const largest = 3.4028234663852886e38;

type NumberSchema = CustomSchema<number, ErrorMessage<CustomIssue> | undefined>;

/** A number that float32 can hold, `least` or more. Neither NaN nor infinity is one. */
export const atLeast = (least: number, expected: string): NumberSchema =>
  /* @__PURE__ */ custom<number>(
    (value) => typeof value === 'number' && value >= least && value <= largest,
    `expected ${expected}`,
  );

export const float32: NumberSchema = /* @__PURE__ */ atLeast(-largest, 'a number within float32');

/** Large enough that its square's inverse stays within float32. */
export const standardDeviation: NumberSchema = /* @__PURE__ */ atLeast(1e-30, 'a standard deviation of 1e-30 or more');

export const trueOrFalse: CustomSchema<boolean, ErrorMessage<CustomIssue> | undefined> =
  /* @__PURE__ */ custom<boolean>((value) => typeof value === 'boolean', 'expected true or false');

/** Whether training changes the parameters of a base. */
export const trainable: OptionalSchema<
  CustomSchema<boolean, ErrorMessage<CustomIssue> | undefined>,
  true
> = /* @__PURE__ */ optional(trueOrFalse, true);
