import type { Square } from '../../live/protocol.ts';
import { drawingEnd, leastPoints, mostPoints } from './packed-points.ts';
import type { Stage } from './stage.ts';

/** The window that is drawn in. */
export const sketchWindow: Square = {
  x: [-drawingEnd - 0.5, drawingEnd + 0.5],
  y: [-drawingEnd - 0.5, drawingEnd + 0.5],
};

/** Points of a stroke are so far apart. */
const spacing = 0.09;
/** So far a key moves the pen. */
const stride = 0.15;

/** What a sketch tells. */
export interface SketchListener {
  /** A stroke has ended and there is enough to learn from; or Enter was pressed. */
  onDrawn(points: readonly number[]): void;
  onLeave(): void;
  say(text: string): void;
}

/** Draws a density by pointer, or by keys: arrows move the pen, space puts it down and lifts it. */
export class Sketch {
  readonly #canvas: HTMLCanvasElement;
  readonly #stage: Stage;
  readonly #listener: SketchListener;
  readonly #over = new AbortController();
  #points: number[] = [];
  #pen: [number, number] = [0, 0];
  #usesKeys = false;
  #isDown = false;

  constructor(canvas: HTMLCanvasElement, stage: Stage, listener: SketchListener) {
    [this.#canvas, this.#stage, this.#listener] = [canvas, stage, listener];
    const { signal } = this.#over;
    canvas.addEventListener('pointerdown', (event) => this.#put(event), { signal });
    canvas.addEventListener('pointermove', (event) => this.#drag(event), { signal });
    for (const name of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(name, () => this.#lift(), { signal });
    }
    canvas.addEventListener('keydown', (event) => this.#press(event), { signal });
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute(
      'aria-label',
      'Drawing: arrows move the pen, space puts it down and lifts it, Enter trains, Escape leaves',
    );
    canvas.classList.add('is-drawing');
    canvas.focus({ preventScroll: true });
    this.draw();
  }

  draw(): void {
    this.#stage.drawSketch(this.#points, sketchWindow, this.#usesKeys ? this.#pen : null);
  }

  end(): void {
    this.#over.abort();
    this.#canvas.removeAttribute('tabindex');
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.setAttribute('aria-label', 'The density that the flow has learnt, with data and samples');
    this.#canvas.classList.remove('is-drawing');
  }

  #put(event: PointerEvent): void {
    event.preventDefault();
    this.#canvas.setPointerCapture(event.pointerId);
    [this.#isDown, this.#usesKeys] = [true, false];
    this.#moveTo(this.#at(event));
    this.#add();
  }

  #drag(event: PointerEvent): void {
    if (!this.#isDown || this.#usesKeys) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.#strokeTo(this.#at(each));
  }

  #lift(): void {
    if (!this.#isDown || this.#usesKeys) return;
    this.#isDown = false;
    this.#finish();
  }

  #press(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-stride, 0],
      ArrowRight: [stride, 0],
      ArrowUp: [0, stride],
      ArrowDown: [0, -stride],
    };
    const move = moves[event.key];
    if (!move && ![' ', 'Enter', 'Escape'].includes(event.key)) return;
    event.preventDefault();
    this.#usesKeys = true;
    if (move) {
      const to: [number, number] = [this.#pen[0] + move[0], this.#pen[1] + move[1]];
      if (this.#isDown) this.#strokeTo(to);
      else this.#moveTo(to);
    }
    if (event.key === ' ') {
      this.#isDown = !this.#isDown;
      if (this.#isDown) this.#add();
      this.#listener.say(this.#isDown ? 'The pen is down.' : 'The pen is up.');
    }
    this.draw();
    if (event.key === 'Enter') this.#finish();
    if (event.key === 'Escape') this.#listener.onLeave();
  }

  #at(event: PointerEvent): [number, number] {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return [...this.#stage.pointAt(event.clientX - left, event.clientY - top, sketchWindow)];
  }

  #moveTo([x, y]: readonly [number, number]): void {
    const within = (value: number): number => Math.max(-drawingEnd, Math.min(drawingEnd, value));
    this.#pen = [within(x), within(y)];
  }

  /** Puts points on the way there, evenly. */
  #strokeTo(to: readonly [number, number]): void {
    const [x, y] = this.#pen;
    const length = Math.hypot(to[0] - x, to[1] - y);
    if (length < spacing) return;
    const count = Math.floor(length / spacing);
    for (let i = 1; i <= count; i++) {
      const share = (i * spacing) / length;
      this.#moveTo([x + share * (to[0] - x), y + share * (to[1] - y)]);
      this.#add();
    }
  }

  #add(): void {
    if (this.#points.length < 2 * mostPoints) this.#points.push(...this.#pen);
    else this.#listener.say('The drawing is full.');
    this.draw();
  }

  #finish(): void {
    if (this.#points.length >= 2 * leastPoints) this.#listener.onDrawn([...this.#points]);
    else this.#listener.say('Draw a little more.');
  }
}
