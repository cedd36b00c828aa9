/** A sixtieth of a second, in milliseconds: a frame that takes no longer is followed by the next at once. */
const cheap = 16;
/** No rest is longer, in milliseconds: what takes a second, or sleeps with its computer, says nothing of the next frame. */
const longestRest = 500;

/**
 * How long the page is left to itself after a frame, in milliseconds: three for each that it took beyond a sixtieth of a second. Each frame
 * is judged by itself: one that was slow for a moment delays the next alone.
 */
export const restAfter = (took: number): number => Math.min(longestRest, 3 * Math.max(0, took - cheap));

/** When to draw: before the browser draws next, and after a slow frame not before the page had a rest. */
export class FramePace {
  readonly #drawn = new MessageChannel();
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isComing = false;
  #began = 0;
  #restUntil = 0;

  constructor() {
    // A message that is sent while a frame is drawn has its turn when the browser is done with it, layout and paint included.
    this.#drawn.port1.onmessage = () => {
      const now = performance.now();
      this.#restUntil = now + restAfter(now - this.#began);
    };
  }

  /** Calls once before the browser draws next, however often it is asked to. */
  soon(draw: () => void): void {
    if (this.#isComing) return;
    this.#isComing = true;
    const next = (): void => {
      this.#frame = requestAnimationFrame(() => {
        this.#isComing = false;
        this.#began = performance.now();
        draw();
        this.#drawn.port2.postMessage(null);
      });
    };
    const rest = this.#restUntil - performance.now();
    if (rest > 0) this.#timer = setTimeout(next, rest);
    else next();
  }

  /** Nothing is drawn any more. */
  end(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#drawn.port1.close();
  }
}
