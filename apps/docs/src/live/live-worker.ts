import type { Command, Setup, View, WorkerEvent } from './protocol.ts';

/** What a widget is told. */
export interface LiveListener {
  onEvent(event: WorkerEvent): void;
  /** The worker itself could not be started, or died. */
  onDeath(message: string): void;
}

/**
 * A worker that trains, as a widget holds it: fetched at the first start, held still while its element is out of view or the page
 * hidden, ended with {@link dispose}.
 */
export class LiveWorker {
  readonly #create: () => Worker;
  readonly #listener: LiveListener;
  readonly #observer: IntersectionObserver;
  readonly #onVisibility = (): void => this.#hold();
  #worker: Worker | null = null;
  #isInView = true;
  #isPaused = false;

  constructor(element: Element, create: () => Worker, listener: LiveListener) {
    [this.#create, this.#listener] = [create, listener];
    this.#observer = new IntersectionObserver((entries) => {
      this.#isInView = entries.at(-1)?.isIntersecting ?? true;
      this.#hold();
    });
    this.#observer.observe(element);
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  get isStarted(): boolean {
    return this.#worker !== null;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Begins anew. */
  start(setup: Setup, view: View, { paused = false }: { readonly paused?: boolean } = {}): void {
    this.#isPaused = paused;
    this.#worker ??= this.#begin();
    this.#send({ type: 'start', setup, view, paused });
    if (this.#isHeld) this.#send({ type: 'pause' });
  }

  pause(): void {
    this.#isPaused = true;
    this.#send({ type: 'pause' });
  }

  resume(): void {
    this.#isPaused = false;
    this.#hold();
  }

  /** Takes so many steps and pauses. */
  step(count = 1): void {
    this.#isPaused = true;
    this.#send({ type: 'step', count });
  }

  /** Asks for a frame. One comes for each time it is asked for, while the worker has something to show. */
  ask(view: View): void {
    this.#send({ type: 'frame', view });
  }

  /** Ends the worker and all that listens outside the widget. */
  dispose(): void {
    this.#observer.disconnect();
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#worker?.terminate();
    this.#worker = null;
  }

  get #isHeld(): boolean {
    return this.#isPaused || !this.#isInView || document.hidden;
  }

  #hold(): void {
    this.#send({ type: this.#isHeld ? 'pause' : 'resume' });
  }

  #begin(): Worker {
    const worker = this.#create();
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerEvent>) => this.#listener.onEvent(data));
    worker.addEventListener('error', ({ message }) => {
      if (this.#worker !== worker) return;
      worker.terminate();
      this.#worker = null;
      this.#listener.onDeath(message || 'the worker could not be fetched');
    });
    return worker;
  }

  #send(command: Command): void {
    this.#worker?.postMessage(command);
  }
}
