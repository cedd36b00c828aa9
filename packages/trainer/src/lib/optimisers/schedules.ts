import { integer, minValue, number, pipe } from 'valibot';
import { notNegative, optional, positive, shareNumber, strictObject } from './option-schemas.ts';
import { defineSchedule, type Schedule, type ScheduleDefinition, type ScheduleSpec, scheduleFrom } from './schedule.ts';

const none = /* @__PURE__ */ strictObject({});

/** The same learning rate all along. */
export const constant: ScheduleDefinition<typeof none> = /* @__PURE__ */ defineSchedule({
  type: '@diffeo/trainer/constant',
  version: 1,
  schema: none,
  build: () => () => 1,
});

/** From 1 at 0 to 0 at 1, along half a cosine. */
const halfCosine = (progress: number): number => 0.5 * (1 + Math.cos(Math.PI * progress));

const cosineSchema = /* @__PURE__ */ strictObject({
  warmup: /* @__PURE__ */ optional(shareNumber, 0.02),
  floor: /* @__PURE__ */ optional(notNegative, 0),
});

/**
 * Rises linearly over the first `warmup` share of the steps, 0.02, then falls along half a cosine to `floor`, 0 (Loshchilov &
 * Hutter 2017).
 */
export const cosine: ScheduleDefinition<typeof cosineSchema> = /* @__PURE__ */ defineSchedule({
  type: '@diffeo/trainer/cosine',
  version: 1,
  schema: cosineSchema,
  build:
    ({ warmup, floor }) =>
    (step, steps) => {
      const rising = Math.round(warmup * steps);
      if (step < rising) return (step + 1) / (rising + 1);
      return floor + (1 - floor) * halfCosine((step - rising) / Math.max(1, steps - rising));
    },
});

const oneCycleSchema = /* @__PURE__ */ strictObject({
  rise: /* @__PURE__ */ optional(shareNumber, 0.3),
  start: /* @__PURE__ */ optional(notNegative, 0.04),
  end: /* @__PURE__ */ optional(notNegative, 4e-6),
});

/**
 * One cycle: rises along half a cosine from `start`, 0.04, over the first `rise` share of the steps, 0.3, and falls along another
 * to `end`, 4e-6 (Smith & Topin 2019, "Super-convergence").
 */
export const oneCycle: ScheduleDefinition<typeof oneCycleSchema> = /* @__PURE__ */ defineSchedule({
  type: '@diffeo/trainer/one-cycle',
  version: 1,
  schema: oneCycleSchema,
  build:
    ({ rise, start, end }) =>
    (step, steps) => {
      const top = rise * (steps - 1);
      if (step < top) return 1 + (start - 1) * halfCosine(step / top);
      return end + (1 - end) * halfCosine((step - top) / Math.max(1, steps - 1 - top));
    },
});

const warmupSchema = /* @__PURE__ */ strictObject({ share: /* @__PURE__ */ optional(shareNumber, 0.1) });

/** Rises linearly over the first `share` of the steps, 0.1, and stays. */
export const linearWarmup: ScheduleDefinition<typeof warmupSchema> = /* @__PURE__ */ defineSchedule({
  type: '@diffeo/trainer/linear-warmup',
  version: 1,
  schema: warmupSchema,
  build:
    ({ share }) =>
    (step, steps) =>
      Math.min(1, (step + 1) / (Math.round(share * steps) + 1)),
});

const exponentialSchema = /* @__PURE__ */ strictObject({ end: /* @__PURE__ */ optional(positive, 0.01) });

/** Falls by the same share at each step, from 1 to `end`, 0.01, at the last. */
export const exponential: ScheduleDefinition<typeof exponentialSchema> = /* @__PURE__ */ defineSchedule({
  type: '@diffeo/trainer/exponential',
  version: 1,
  schema: exponentialSchema,
  build:
    ({ end }) =>
    (step, steps) =>
      end ** (step / Math.max(1, steps - 1)),
});

const plateauSchema = /* @__PURE__ */ strictObject({
  factor: /* @__PURE__ */ optional(shareNumber, 0.5),
  patience: /* @__PURE__ */ optional(
    /* @__PURE__ */ pipe(/* @__PURE__ */ number(), /* @__PURE__ */ integer(), /* @__PURE__ */ minValue(1)),
    5,
  ),
  floor: /* @__PURE__ */ optional(notNegative, 0),
});

/** Multiplies by `factor`, 0.5, whenever `patience` validations, 5, brought no new best, down to `floor`, 0. */
export const plateau: ScheduleDefinition<typeof plateauSchema> = /* @__PURE__ */ defineSchedule({
  type: '@diffeo/trainer/plateau',
  version: 1,
  schema: plateauSchema,
  build:
    ({ factor, patience, floor }) =>
    (_step, _steps, validations) => {
      let [best, waited, reached] = [Infinity, 0, 1];
      for (const { loss } of validations) {
        if (loss < best) [best, waited] = [loss, 0];
        else if (++waited === patience) [waited, reached] = [0, Math.max(floor, reached * factor)];
      }
      return reached;
    },
});

/** A schedule from a function or the JSON of one of these. */
export const scheduleOf = (given: Schedule | ScheduleSpec): Schedule =>
  scheduleFrom(
    given,
    [constant, cosine, oneCycle, linearWarmup, exponential, plateau].map(({ definition }) => definition),
  );
