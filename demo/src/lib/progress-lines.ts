import type { Progress } from '@diffeo/trainer';

/** Reports training as a line every few seconds. `describe` puts a loss in nats into words. */
export function progressLines(
  describe: (nats: number) => string,
  say: (line: string) => void,
  everySeconds = 5,
): (progress: Progress) => void {
  let next = everySeconds;
  return ({ step, steps, loss, validation = loss, seconds, samplesPerSecond }) => {
    if (seconds < next) return;
    next = seconds + everySeconds;
    const left = Math.round((seconds / step) * (steps - step));
    say(
      `  step ${step} of ${steps}: ${describe(loss)}, validation ${describe(validation)}, ${Math.round(samplesPerSecond)} digits/s, ${left} s left`,
    );
  };
}
