import { dragIn } from './drag-in.ts';
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
      const set = (name: string, value: number): void => {
        const field = this.#input(name);
        if (field) field.value = String(value); // keeps to the ends and steps of the control
      };
      for (const slot of this.querySelectorAll<HTMLElement>('[data-drag]')) {
        dragIn(slot, { set, moved: () => this.#changed() }, signal);
      }
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
      const still = Number(matchMedia('(prefers-reduced-motion: reduce)').matches);
      const values = [...fields].map((field) => [
        field.name,
        field instanceof HTMLSelectElement ? field.value : Number(field.value),
      ]);
      return { still, ...Object.fromEntries(values) };
    }

    #pressed({ target }: Event): void {
      const name =
        target instanceof HTMLElement ? target.closest<HTMLElement>('[data-count]')?.dataset['count'] : undefined;
      const field = name && this.#input(name);
      if (!field) return;
      field.value = String(Number(field.value) + 1);
      this.#changed();
    }

    /** Says beside each slider where it stands, and asks for the picture. */
    #changed(): void {
      for (const field of this.querySelectorAll<HTMLInputElement>('input[type="range"]')) {
        const output = field.closest('label')?.querySelector('output');
        if (output) output.textContent = field.value.replace('-', '−');
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
