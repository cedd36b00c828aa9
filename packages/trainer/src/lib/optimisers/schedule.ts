/** The factor on the learning rate at a step from 0 to steps − 1. */
export type Schedule = (step: number, steps: number) => number;

/** The same learning rate all along. */
export const constant = (): Schedule => () => 1;

/**
 * Rises linearly over the first `warmup` share of the steps, then falls along half a cosine to `floor` (Loshchilov & Hutter
 * 2017).
 */
export const cosine =
  ({ warmup = 0.02, floor = 0 }: { readonly warmup?: number; readonly floor?: number } = {}): Schedule =>
  (step, steps) => {
    const rising = Math.round(warmup * steps);
    if (step < rising) return (step + 1) / (rising + 1);
    const progress = (step - rising) / Math.max(1, steps - rising);
    return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
