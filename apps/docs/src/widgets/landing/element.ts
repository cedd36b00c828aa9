import { LiveWorker } from '../../live/live-worker.ts';
import type { Frame, Setup, View, WorkerEvent } from '../../live/protocol.ts';
import { Choice } from './choice.ts';
import { dropFile } from './drop-file.ts';
import { type LossCurve, lossCurve } from './loss-curve.ts';
import { Panel } from './panel.ts';
import { Picture } from './picture.ts';
import { setupOf } from './settings.ts';
import { Sketch, sketchWindow } from './sketch.ts';
import { whenWelcome } from './when-welcome.ts';

const cells = 80;
const samples = 500;

/** The flow of the landing page: it trains what is chosen, drawn or dropped, and shows it. */
class Landing extends HTMLElement {
  readonly #over = new AbortController();
  readonly #panel = new Panel(this);
  readonly #choice = new Choice(this.#panel, () => this.#begin());
  #live!: LiveWorker;
  #picture!: Picture;
  #curve!: LossCurve;
  #sketch: Sketch | null = null;
  #isDone = false;
  #shownFrames = 0;
  /** When numbers were written last. */
  #written = 0;

  connectedCallback(): void {
    if (this.#live) return; // moved within the page
    this.#picture = new Picture(this.#panel);
    this.#curve = lossCurve(this);
    this.#live = new LiveWorker(
      this.#panel.find('.landing-stage'),
      () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
      {
        onEvent: (event) => this.#hear(event),
        onDeath: (message) => this.#fail(`Training stopped: ${message}.`),
      },
    );
    this.#listen();
    this.#readHash();
    this.classList.add('is-live');
    whenWelcome(this, this.#over.signal, () => {
      if (!this.#live.isStarted && !this.#sketch) this.#start();
    });
  }

  disconnectedCallback(): void {
    this.#over.abort();
    this.#picture.end();
    this.#sketch?.end();
    this.#live.dispose();
  }

  #listen(): void {
    const { signal } = this.#over;
    const on = (selector: string, type: string, listener: (event: Event) => void): void =>
      this.#panel.find(selector).addEventListener(type, listener, { signal });
    on('[data-start]', 'click', () => this.#start());
    on('[data-toggle]', 'click', () => this.#toggle());
    on('[data-step]', 'click', () => this.#step());
    on('[data-reset]', 'click', () => this.#start({ paused: true }));
    on('[data-share]', 'click', () => void this.#choice.share());
    on('[data-sketch]', 'click', () => (this.#sketch ? this.#leaveSketch() : this.#beginSketch()));
    on('[data-file]', 'click', () => this.#panel.find<HTMLInputElement>('[data-file-input]').click());
    on(
      '[data-file-input]',
      'change',
      ({ target }) => void this.#choice.takeFile((target as HTMLInputElement).files?.[0]),
    );
    on('[data-way]', 'input', () => this.#redraw());
    for (const button of this.#panel.densities) {
      const data = { kind: 'toy', name: button.dataset['density'] as string } as const;
      button.addEventListener('click', () => this.#choice.take(data), { signal });
    }
    for (const box of this.querySelectorAll<HTMLInputElement>('[data-show]'))
      box.addEventListener('change', () => this.#redraw(), { signal });
    for (const input of this.querySelectorAll<HTMLInputElement>('[data-setting]')) {
      input.addEventListener('change', () => this.#choice.set(input), { signal });
    }
    dropFile(this, signal, (file) => void this.#choice.takeFile(file));
    addEventListener('hashchange', () => this.#readHash(), { signal });
    const refit = (): void => {
      this.#picture.stage.refit();
      this.#redraw();
    };
    const [size, theme] = [new ResizeObserver(refit), new MutationObserver(refit)];
    size.observe(this.#panel.find('.landing-picture'));
    addEventListener('resize', refit, { signal }); // a zoom that leaves the size in CSS pixels
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    for (const observer of [size, theme]) signal.addEventListener('abort', () => observer.disconnect());
  }

  #readHash(): void {
    if (!this.#choice.readAddress()) return;
    this.#mark();
    if (this.#live.isStarted) this.#start();
  }

  /** Training of what was chosen. */
  #begin(): void {
    this.#mark();
    this.#start();
  }

  #start({ paused = false }: { readonly paused?: boolean } = {}): void {
    this.#endSketch();
    this.#curve.clear();
    this.#isDone = false;
    this.removeAttribute('data-done');
    delete this.dataset['step'];
    this.#picture.forget();
    this.#live.start(this.#setup(), this.#view(), { paused });
    this.#panel.clearNumbers();
    this.#panel.find('[data-start]').hidden = true;
    this.#markRunning();
    this.#panel.announce(paused ? 'Ready.' : 'Training.');
  }

  #setup(): Setup {
    const build = new URLSearchParams(location.search).get('kernels');
    return { ...setupOf(this.#choice.settings), ...(build === 'simd' && { build }) };
  }

  #toggle(): void {
    if (!this.#live.isStarted || this.#isDone) this.#start();
    else if (this.#live.isPaused) this.#live.resume();
    else this.#live.pause();
    this.#live.ask(this.#view()); // none is asked for while it is paused
    this.#panel.announce(this.#live.isPaused ? 'Paused.' : 'Training.');
    this.#markRunning();
  }

  #step(): void {
    if (!this.#live.isStarted || this.#isDone) this.#start({ paused: true });
    else this.#live.step();
    this.#live.ask(this.#view());
    this.#markRunning();
  }

  #beginSketch(): void {
    this.#live.pause();
    const canvas = this.#picture.reveal();
    this.#sketch = new Sketch(canvas, this.#picture.stage, {
      onDrawn: (points) => this.#choice.take({ kind: 'drawn', points }),
      onLeave: () => this.#leaveSketch(),
      say: (text) => this.#panel.say(text),
    });
    this.#picture.show({ window: sketchWindow });
    this.#panel.find('[data-start]').hidden = true;
    this.#panel.hint('Draw here. With keys: arrows move, space draws, Enter trains.');
    this.#mark();
  }

  #endSketch(): void {
    this.#sketch?.end();
    this.#sketch = null;
    this.#panel.hint('');
    this.#mark();
  }

  #leaveSketch(): void {
    this.#endSketch();
    if (this.#live.isStarted) this.#live.ask(this.#view());
    else {
      this.#picture.conceal();
      this.#panel.find('[data-start]').hidden = false;
    }
    this.#panel.find('[data-sketch]').focus();
    this.#markRunning();
  }

  #hear(event: WorkerEvent): void {
    if (event.type === 'failed') this.#fail(event.message);
    if (event.type === 'ready') {
      this.#picture.show({ data: event.data, window: event.window });
      this.dataset['build'] = event.build ?? 'tfjs';
    }
    if (event.type === 'truth') {
      this.#curve.compare(event);
      this.#panel.level('entropy', event.entropy);
      this.#panel.level('gaussian', event.gaussian);
    }
    if (event.type === 'frame') this.#showFrame(event);
  }

  /** Nothing runs any more, and the button begins anew. */
  #fail(message: string): void {
    this.#isDone = true;
    this.#panel.announce(message);
    this.#markRunning();
  }

  #showFrame(frame: Frame): void {
    this.#picture.show({ frame });
    this.#shownFrames++;
    Object.assign(this.dataset, { step: frame.step, frames: this.#shownFrames, ...frame.memory });
    this.toggleAttribute('data-way-shown', frame.way !== null);
    this.toggleAttribute('data-done', frame.isDone);
    if (frame.isDone || frame.isPaused || performance.now() - this.#written > 100) this.#write(frame);
    if (frame.isDone && !this.#isDone) {
      this.#isDone = true;
      this.#markRunning();
      this.#panel.announceEnd(frame);
    }
    this.#picture.reveal();
    this.#redraw();
  }

  /** Numbers and the curve, which nobody reads sixty times a second. */
  #write(frame: Frame): void {
    this.#written = performance.now();
    if (frame.loss !== null) this.#curve.add(frame.step, frame.validation ?? frame.loss, frame.steps);
    this.#panel.writeNumbers(frame);
  }

  /** Asks for what comes next, and draws what is known meanwhile, at the page's pace. */
  #redraw(): void {
    this.#picture.soon(() => {
      if (this.#sketch) return this.#sketch.draw();
      if (!this.#live.isStarted) return;
      const view = this.#view();
      this.#picture.show({ at: this.#position(), shows: this.#panel.shows });
      const { frame } = this.#picture;
      // A way once followed stays until training goes on.
      const isStill = (this.#isDone || this.#live.isPaused) && frame?.isPaused !== false;
      if (!isStill || !frame || (view.way && !frame.way)) this.#live.ask(view);
      if (frame) this.#picture.draw();
    });
  }

  #view(): View {
    return { cells, samples, way: this.#position() > 0 || this.#panel.shows.grid };
  }

  #position(): number {
    return this.#panel.position(this.#choice.settings.couplings);
  }

  #mark(): void {
    this.#panel.mark(this.#choice.settings, this.#sketch !== null);
  }

  #markRunning(): void {
    this.#panel.markRunning(this.#live.isStarted && !this.#live.isPaused && !this.#isDone, this.#isDone);
  }
}

export const element = Landing;
