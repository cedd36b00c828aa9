/** Adam's constants (Kingma & Ba 2015, algorithm 1). */
export const [beta1, beta2] = [0.9, 0.999] as const;
const epsilon = 1e-8;

/** What a step multiplies its mean by and adds to its denominator. */
export interface AdamRates {
  readonly rate: number;
  readonly epsilon: number;
}

/** The bias corrections of both means, moved into the rate and ε (end of the paper's section 2). Steps count from 1. */
export function adamRates(step: number, learningRate: number): AdamRates {
  const correction = Math.sqrt(1 - beta2 ** step);
  return { rate: (learningRate * correction) / (1 - beta1 ** step), epsilon: epsilon * correction };
}
