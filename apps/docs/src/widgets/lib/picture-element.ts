import type { Answer, Picture, State } from './picture.ts';

/** How long a sentence waits, in milliseconds, so that one is read aloud for a whole movement. */
const settled = 250;

/**
 * The element of a widget whose worker draws: it shows the controls, sends their values to the worker when they change, and puts what
 * comes back into the slots. The worker starts with the first change. `restarts`: a change stops what is being drawn, for what takes long.
 */
export const pictureElement = (
  createWorker: () => Worker,
  { restarts = false }: { readonly restarts?: boolean } = {},
): CustomElementConstructor =>
  class extends HTMLElement {
    #worker: Worker | null = null;
    #leave = new AbortController();
    #asked = 0;
    #answered = 0;
    #waiting = false;
    #sentence: ReturnType<typeof setTimeout> | undefined;

    connectedCallback(): void {
      this.#leave = new AbortController();
      const { signal } = this.#leave;
      const form = this.querySelector('form');
      if (form) {
        form.hidden = false;
        form.addEventListener('submit', (event) => event.preventDefault(), { signal });
        form.addEventListener('input', () => this.#changed(), { signal });
        form.addEventListener('click', (event) => this.#pressed(event), { signal });
      }
      for (const slot of this.querySelectorAll<HTMLElement>('[data-drag-x]')) this.#dragIn(slot, signal);
      this.dataset['ready'] = 'true';
    }

    disconnectedCallback(): void {
      this.#leave.abort();
      clearTimeout(this.#sentence);
      this.#worker?.terminate();
      this.#worker = null;
      this.#asked = 0;
      this.#answered = 0;
      this.#waiting = false;
    }

    #input(name: string): HTMLInputElement | null {
      return this.querySelector(`input[name="${name}"]`);
    }

    #state(): State {
      const fields = this.querySelectorAll<HTMLInputElement | HTMLSelectElement>('form [name]');
      return Object.fromEntries(
        [...fields].map((field) => [
          field.name,
          field instanceof HTMLSelectElement ? field.value : Number(field.value),
        ]),
      );
    }

    #pressed({ target }: Event): void {
      const name =
        target instanceof HTMLElement ? target.closest<HTMLElement>('[data-count]')?.dataset['count'] : undefined;
      const field = name && this.#input(name);
      if (!field) return;
      field.value = String(Number(field.value) + 1);
      this.#changed();
    }

    /** What is dragged or touched sets the controls of its axes, as keys do. */
    #dragIn(slot: HTMLElement, signal: AbortSignal): void {
      let dragging: number | null = null;
      const move = (event: PointerEvent): void => {
        const place = placeIn(slot, event);
        if (!place) return;
        for (const axis of ['x', 'y'] as const) {
          const field = this.#input(slot.dataset[axis === 'x' ? 'dragX' : 'dragY'] ?? '');
          if (field) field.value = String(place[axis]); // keeps to the ends and steps of the control
        }
        this.#changed();
      };
      const begin = (event: PointerEvent): void => {
        if (event.button !== 0) return;
        dragging = event.pointerId;
        slot.setPointerCapture(dragging);
        move(event);
      };
      const end = (): void => {
        dragging = null;
      };
      slot.addEventListener('pointerdown', begin, { signal });
      slot.addEventListener('pointermove', (event) => event.pointerId === dragging && move(event), { signal });
      for (const type of ['pointerup', 'pointercancel'] as const) slot.addEventListener(type, end, { signal });
    }

    /** Says beside each slider where it stands, and asks for the picture. */
    #changed(): void {
      for (const field of this.querySelectorAll<HTMLInputElement>('input[type="range"]')) {
        const output = field.closest('label')?.querySelector('output');
        if (output) output.textContent = field.value;
      }
      // One at a time, and then the newest; but what takes long is stopped for it.
      if (this.#answered < this.#asked && !restarts) this.#waiting = true;
      else this.#ask();
    }

    #ask(): void {
      this.#waiting = false;
      this.#asked++;
      this.setAttribute('aria-busy', 'true');
      this.#start().postMessage({ number: this.#asked, state: this.#state() });
    }

    #start(): Worker {
      if (this.#worker) return this.#worker;
      const worker = createWorker();
      worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#hear(data));
      worker.addEventListener('error', ({ message }) => this.#fill({ says: `This does not run here: ${message}` }));
      this.#worker = worker;
      return worker;
    }

    #hear(answer: Answer): void {
      if (answer.number < this.#asked) return;
      if ('picture' in answer) {
        this.#fill(answer.picture);
        return;
      }
      if ('failure' in answer) this.#fill({ says: answer.failure });
      this.#answered = answer.number;
      if (this.#waiting) this.#ask();
      else this.removeAttribute('aria-busy');
    }

    #fill({ says, ...slots }: Picture): void {
      for (const [name, html] of Object.entries(slots)) {
        const slot = this.querySelector(`[data-slot="${name}"]`);
        if (slot) slot.innerHTML = html;
      }
      if (says === undefined) return;
      clearTimeout(this.#sentence);
      this.#sentence = setTimeout(() => {
        const sentence = this.querySelector('[data-slot="says"]');
        if (sentence && sentence.innerHTML !== says) sentence.innerHTML = says;
      }, settled);
    }
  };

/** The numbers under the pointer, on the first plane in the slot; `null` where there is none. */
function placeIn(
  slot: HTMLElement,
  { clientX, clientY }: PointerEvent,
): { readonly x: number; readonly y: number } | null {
  const plane = slot.querySelector<SVGSVGElement>('svg svg[data-x]');
  const matrix = plane?.ownerSVGElement?.getScreenCTM();
  if (!plane || !matrix) return null;
  const point = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
  const side = (name: string): number => Number(plane.getAttribute(name));
  const ends = (name: 'x' | 'y'): [number, number] => {
    const [low = 0, high = 1] = (plane.dataset[name] ?? '').split(' ').map(Number);
    return [low, high];
  };
  const [left, right] = ends('x');
  const [bottom, top] = ends('y');
  return {
    x: left + ((point.x - side('x')) / side('width')) * (right - left),
    y: top - ((point.y - side('y')) / side('height')) * (top - bottom),
  };
}
