/** A number as JSON has it: there is neither infinity nor NaN. */
export const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
