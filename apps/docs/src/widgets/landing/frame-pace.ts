/** A frame that takes longer, in milliseconds, leaves little of a sixtieth of a second to the page. */
const cheap = 8;

/** When to draw: before the browser draws next, and after a frame that took long, not before the page had three times as long for itself. */
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
      const took = now - this.#began;
      if (took > cheap) this.#restUntil = now + 3 * took;
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
