import { integer, minValue, number, picklist, pipe, transform, union } from 'valibot';

/** A whole number of 0 or more. */
export const wholeNumber = /* @__PURE__ */ pipe(
  /* @__PURE__ */ number(),
  /* @__PURE__ */ integer(),
  /* @__PURE__ */ minValue(0),
);

/** Any number, as {@link jsonOf} writes it: JSON itself has no infinite ones. */
export const realNumber = /* @__PURE__ */ union([
  /* @__PURE__ */ number(),
  /* @__PURE__ */ pipe(/* @__PURE__ */ picklist(['Infinity', '-Infinity', 'NaN']), /* @__PURE__ */ transform(Number)),
]);

/** JSON in which numbers that it lacks stand as their names. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'number' && !Number.isFinite(entry) ? String(entry) : entry,
  );
