import { LiveWorker } from '../../live/live-worker.ts';
import type { DataSource, Frame, Setup, View, WorkerEvent } from '../../live/protocol.ts';
import { dropFile } from './drop-file.ts';
import { type LossCurve, lossCurve } from './loss-curve.ts';
import { Panel } from './panel.ts';
import { defaults, fromHash, type Settings, setupOf, toHash } from './settings.ts';
import { Sketch, sketchWindow } from './sketch.ts';
import { type Scene, Stage } from './stage.ts';
import { askColumns, columnsOf, readTable } from './table-picker.ts';
import { whenWelcome } from './when-welcome.ts';

const cells = 80;
const samples = 500;

const emptyScene: Scene = {
  frame: null,
  data: new Float32Array(),
  window: sketchWindow,
  at: 0,
  shows: { data: true, samples: true, grid: false },
};

/** The flow of the landing page: it trains what is chosen, drawn or dropped, and shows it. */
class Landing extends HTMLElement {
  readonly #over = new AbortController();
  readonly #panel = new Panel(this);
  #settings: Settings = defaults;
  #live!: LiveWorker;
  #stage!: Stage;
  #curve!: LossCurve;
  #scene: Scene = emptyScene;
  #sketch: Sketch | null = null;
  #drawing = 0;
  #isDone = false;
  #shownFrames = 0;

  connectedCallback(): void {
    if (this.#live) return; // moved within the page
    this.#stage = new Stage(this.#panel.find('canvas'));
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
    cancelAnimationFrame(this.#drawing);
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
    on('[data-share]', 'click', () => void this.#share());
    on('[data-sketch]', 'click', () => (this.#sketch ? this.#leaveSketch() : this.#beginSketch()));
    on('[data-file]', 'click', () => this.#panel.find<HTMLInputElement>('[data-file-input]').click());
    on('[data-file-input]', 'change', ({ target }) => void this.#take((target as HTMLInputElement).files?.[0]));
    on('[data-way]', 'input', () => this.#redraw());
    for (const button of this.#panel.densities) {
      button.addEventListener('click', () => this.#choose({ kind: 'toy', name: button.dataset['density'] as string }), {
        signal,
      });
    }
    for (const box of this.querySelectorAll<HTMLInputElement>('[data-show]'))
      box.addEventListener('change', () => this.#redraw(), { signal });
    for (const input of this.querySelectorAll<HTMLInputElement>('[data-setting]')) {
      input.addEventListener('change', () => this.#set(input), { signal });
    }
    dropFile(this, signal, (file) => void this.#take(file));
    addEventListener('hashchange', () => this.#readHash(), { signal });
    addEventListener('resize', () => this.#redraw(), { signal });
    const theme = new MutationObserver(() => this.#redraw());
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    signal.addEventListener('abort', () => theme.disconnect());
  }

  /** Takes the settings from the address, where there are any. */
  #readHash(): void {
    if (!/^#(data|drawn|table|seed)=/.test(location.hash)) return;
    const names = Array.from(this.#panel.densities, ({ dataset }) => dataset['density'] ?? '');
    const found = fromHash(location.hash, names);
    if (!found) this.#panel.say('This address holds no settings that can be meant.');
    if (!found || toHash(found) === toHash(this.#settings)) return;
    this.#settings = found;
    this.#mark();
    if (this.#live.isStarted) this.#start();
  }

  #start({ paused = false }: { readonly paused?: boolean } = {}): void {
    this.#endSketch();
    this.#curve.clear();
    this.#isDone = false;
    this.removeAttribute('data-done');
    delete this.dataset['step'];
    this.#scene = { ...emptyScene, at: this.#scene.at, shows: this.#scene.shows };
    this.#live.start(this.#setup(), this.#view(), { paused });
    this.#panel.clearNumbers();
    this.#panel.find('[data-start]').hidden = true;
    this.#markRunning();
    this.#panel.announce(paused ? 'Ready.' : 'Training.');
  }

  #setup(): Setup {
    const build = new URLSearchParams(location.search).get('kernels');
    return { ...setupOf(this.#settings), ...(build === 'simd' && { build }) };
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

  #choose(data: DataSource): void {
    this.#settings = { ...this.#settings, data };
    if (data.kind !== 'table') this.#panel.find('[data-columns]').hidden = true;
    this.#changed();
  }

  #set(input: HTMLInputElement): void {
    const value = Number(input.value);
    const name = input.dataset['setting'] as 'seed' | 'couplings' | 'learningRate' | 'steps';
    const changed = { ...this.#settings, [name]: value };
    if (!input.checkValidity() || !fromHash(toHash({ ...changed, data: defaults.data }), ['two-moons'])) {
      input.value = String(this.#settings[name]);
      return;
    }
    this.#settings = changed;
    this.#changed();
  }

  /** The address follows, and training begins anew. */
  #changed(): void {
    history.replaceState(null, '', `#${toHash(this.#settings)}`);
    this.#mark();
    this.#start();
  }

  async #share(): Promise<void> {
    const hash = `#${toHash(this.#settings)}`;
    history.replaceState(null, '', hash);
    try {
      await navigator.clipboard.writeText(location.href);
      this.#panel.say('The address is copied: whoever opens it sees this flow train.');
    } catch {
      this.#panel.say('The address of this page now holds data, seed and settings.');
    }
  }

  async #take(file: File | undefined): Promise<void> {
    if (!file) return;
    this.#panel.say(`Reading ${file.name} …`);
    const table = await readTable(file);
    if ('refusal' in table) return this.#panel.say(table.refusal);
    askColumns(this.#panel.find<HTMLFormElement>('[data-columns]'), table.columns, (chosen) => {
      const data = columnsOf(table, chosen);
      if ('refusal' in data) return this.#panel.say(data.refusal);
      this.#panel.say(`${table.count.toLocaleString('en')} rows of ${file.name}.`);
      this.#choose(data);
    });
  }

  #beginSketch(): void {
    this.#live.pause();
    const canvas = this.#reveal();
    this.#sketch = new Sketch(canvas, this.#stage, {
      onDrawn: (points) => this.#choose({ kind: 'drawn', points }),
      onLeave: () => this.#leaveSketch(),
      say: (text) => this.#panel.say(text),
    });
    this.#scene = { ...this.#scene, window: sketchWindow };
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
    else this.#conceal();
    this.#panel.find('[data-sketch]').focus();
    this.#markRunning();
  }

  #hear(event: WorkerEvent): void {
    if (event.type === 'failed') this.#fail(event.message);
    if (event.type === 'ready') {
      this.#scene = { ...this.#scene, data: event.data, window: event.window };
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
    this.#scene = { ...this.#scene, frame };
    this.#shownFrames++;
    Object.assign(this.dataset, { step: frame.step, frames: this.#shownFrames, ...frame.memory });
    this.toggleAttribute('data-way-shown', frame.way !== null);
    this.toggleAttribute('data-done', frame.isDone);
    if (frame.loss !== null) this.#curve.add(frame.step, frame.validation ?? frame.loss, frame.steps);
    this.#panel.writeNumbers(frame);
    if (frame.isDone && !this.#isDone) {
      this.#isDone = true;
      this.#markRunning();
      this.#panel.announceEnd(frame);
    }
    this.#reveal();
    this.#redraw();
  }

  /** Draws what is known, and asks for what comes next, at the browser's pace. */
  #redraw(): void {
    if (this.#drawing !== 0) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      if (this.#sketch) return this.#sketch.draw();
      if (!this.#live.isStarted) return;
      const view = this.#view();
      const at = this.#panel.position(this.#settings.couplings);
      this.#scene = { ...this.#scene, at, shows: this.#panel.shows };
      const { frame } = this.#scene;
      if (frame) this.#stage.draw(this.#scene);
      // A way once followed stays until training goes on.
      const isStill = (this.#isDone || this.#live.isPaused) && frame?.isPaused !== false;
      if (!isStill || !frame || (view.way && !frame.way)) this.#live.ask(view);
    });
  }

  #view(): View {
    return { cells, samples, way: this.#panel.position(this.#settings.couplings) > 0 || this.#panel.shows.grid };
  }

  /** The canvas takes the place of the picture that was drawn when the site was built. */
  #reveal(): HTMLCanvasElement {
    const canvas = this.#panel.find<HTMLCanvasElement>('canvas');
    canvas.hidden = false;
    this.#panel.find('.landing-picture').classList.add('has-canvas');
    return canvas;
  }

  /** The picture of the build, and the button that starts, as before anything was drawn or trained. */
  #conceal(): void {
    this.#panel.find('canvas').hidden = true;
    this.#panel.find('.landing-picture').classList.remove('has-canvas');
    this.#panel.find('[data-start]').hidden = false;
  }

  #mark(): void {
    this.#panel.mark(this.#settings, this.#sketch !== null);
  }

  #markRunning(): void {
    this.#panel.markRunning(this.#live.isStarted && !this.#live.isPaused && !this.#isDone, this.#isDone);
  }
}

export const element = Landing;
