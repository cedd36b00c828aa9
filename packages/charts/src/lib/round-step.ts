/** The smallest of 1, 2, 5 × 10ⁿ that is at least `step`. */
export const roundStep = (step: number): number => {
  const power = 10 ** Math.floor(Math.log10(step));
  return tidy(([1, 2, 5, 10].find((digit) => digit * power >= step) ?? 10) * power);
};

/** Without the last bits that multiplying by 0.1 leaves behind. */
export const tidy = (value: number): number => Number(value.toPrecision(12));
