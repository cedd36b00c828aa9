import { integer, maxValue, minValue, number, picklist, pipe } from 'valibot';

/** A width of a layer, as networks are told it. */
export const widthEntry = /* @__PURE__ */ pipe(number(), integer(), minValue(1), maxValue(65536));

/** An activation between layers that stacks take. */
export const activationEntry = /* @__PURE__ */ picklist(['relu', 'tanh', 'elu', 'sigmoid']);
