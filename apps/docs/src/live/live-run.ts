import { disposeParams, type Flow, type FlowParams, flow } from '@diffeo/core';
import { toTensor } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { type FitOptions, type Fitted, fit, type LiveRun as Newest, type Progress } from '@diffeo/trainer';
import { memory } from '@tensorflow/tfjs-core';
import { type Bell, bell } from './bell.ts';
import { type FlowPictures, flowPictures } from './flow-pictures.ts';
import { type LiveData, liveData } from './live-data.ts';
import type { Command, Frame, Setup, View, WorkerEvent } from './protocol.ts';
import { type Reference, referenceOf } from './reference.ts';
import { type StepClock, stepClock } from './step-clock.ts';
import { turn } from './turn.ts';

export type Start = Extract<Command, { type: 'start' }>;
export type Post = (event: WorkerEvent, transfer?: Transferable[]) => void;

/** How long training goes on before messages have their turn, in milliseconds. */
const patience = 4;
/** How many rows of the data are drawn. */
const shownRows = 1500;

function heldNow(): Frame['memory'] {
  const { numTensors: tensors, numBytes: bytes } = memory();
  return { tensors, bytes };
}

/** One flow that trains and is shown meanwhile, from its start to its end. The backend is the caller's. */
export class LiveRun {
  readonly #setup: Setup;
  readonly #post: Post;
  readonly #data: LiveData;
  readonly #model: Flow;
  readonly #pictures: FlowPictures;
  readonly #ending = new AbortController();
  readonly #told: Bell = bell();
  readonly #clock: StepClock = stepClock();
  readonly #over: Promise<void>;
  /** How many steps may be taken. */
  #allowed: number;
  /** What the page waits for. */
  #asked: View | null;
  #reference: Reference | null = null;
  #losses: number[] = [];
  #turned = performance.now();

  constructor({ setup, view, paused }: Start, build: string | null, post: Post) {
    [this.#setup, this.#post] = [setup, post];
    this.#data = liveData(setup.data, setup.seed);
    this.#model = flow({
      eventShape: [2],
      layers: [standardise(), ...realNVP({ layers: setup.couplings, hidden: [...setup.hidden] })],
    });
    this.#pictures = flowPictures(this.#model, this.#data.window);
    this.#allowed = paused ? 0 : Number.POSITIVE_INFINITY;
    this.#asked = view;
    const data = this.#data.train.values.slice(0, 2 * shownRows);
    post({ type: 'ready', data, window: this.#data.window, build });
    this.#over = this.#run();
  }

  tell(command: Exclude<Command, Start>): void {
    if (command.type === 'frame') this.#asked = command.view;
    if (command.type === 'pause') this.#allowed = 0;
    if (command.type === 'resume') this.#allowed = Number.POSITIVE_INFINITY;
    if (command.type === 'step') this.#allowed = command.count;
    this.#told.ring();
  }

  /** Ends it; resolved when nothing of it is left. */
  end(): Promise<void> {
    this.#ending.abort();
    this.#told.ring();
    return this.#over;
  }

  async #run(): Promise<void> {
    try {
      const reached = await this.#train();
      await this.#stay(reached);
      disposeParams(this.#model.layout, reached.params);
    } catch (error) {
      this.#post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#pictures.dispose();
    }
  }

  async #train(): Promise<Fitted> {
    const { steps, batchSize, learningRate, seed } = this.#setup;
    const [x, validation] = [toTensor(this.#data.train), toTensor(this.#data.validation)];
    const options: FitOptions = {
      ...{ steps, batchSize: Math.min(batchSize, this.#data.train.count), learningRate, seed, validation },
      ...{ validateEvery: 100, validationRows: Number.POSITIVE_INFINITY, patience: Number.POSITIVE_INFINITY },
      signal: this.#ending.signal,
      onProgress: (progress, run) => this.#afterStep(progress, run),
    };
    try {
      this.#clock.start();
      return await fit(this.#model, x, options);
    } finally {
      this.#clock.stop();
      x.dispose();
      validation.dispose();
    }
  }

  /** Goes on at once, most of the time. */
  #afterStep(progress: Progress, run: Newest): Promise<void> | undefined {
    this.#clock.count();
    this.#losses.push(progress.loss);
    this.#allowed--;
    const goesOn = this.#allowed > 0 && progress.step > 1 && performance.now() - this.#turned < patience;
    return goesOn ? undefined : this.#betweenSteps(progress, run);
  }

  /** Shows what is asked for, lets messages have their turn, and waits while the run is paused. */
  async #betweenSteps(progress: Progress, run: Newest): Promise<void> {
    this.#clock.stop();
    await turn();
    for (;;) {
      if (this.#asked) this.#show((await run.newest()).params, progress, false);
      await this.#compare();
      if (this.#allowed > 0 || this.#ending.signal.aborted) break;
      // What was asked for in the middle of all this is shown first.
      if (!this.#asked) await this.#told.next();
    }
    this.#turned = performance.now();
    this.#clock.start();
  }

  /** The training is over, and what it came to is shown as long as somebody looks. */
  async #stay({ params, history }: Fitted): Promise<void> {
    const { step = 0, validation } = history.at(-1) ?? {};
    while (!this.#ending.signal.aborted) {
      if (this.#asked) this.#show(params, { step, ...(validation !== undefined && { validation }) }, true);
      await this.#told.next();
    }
  }

  /** Says once, after the first frame, what the flow is to be measured by. */
  async #compare(): Promise<void> {
    if (this.#reference) return;
    this.#reference = await referenceOf(this.#data);
    const { entropy, gaussian } = this.#reference;
    this.#post({ type: 'truth', entropy, gaussian });
  }

  #show(params: FlowParams, { step, validation }: Pick<Progress, 'step' | 'validation'>, isDone: boolean): void {
    const view = this.#asked as View;
    this.#asked = null;
    const mean = this.#losses.reduce((sum, loss) => sum + loss, 0) / this.#losses.length;
    const truth = this.#reference?.truth ?? null;
    const density = this.#pictures.density(params, view.cells);
    const samples = this.#pictures.samples(params, view.samples);
    this.#post(
      {
        type: 'frame',
        ...{ step, steps: this.#setup.steps, loss: this.#losses.length > 0 ? mean : null },
        validation: validation ?? null,
        divergence: truth === null || validation === undefined ? null : validation - truth,
        stepsPerSecond: this.#clock.stepsPerSecond,
        ...{ density, cells: view.cells, samples, isDone, isPaused: this.#allowed <= 0 },
        memory: heldNow(),
        way: view.way ? this.#pictures.way(params, view) : null,
      },
      [density.buffer, samples.buffer],
    );
    this.#losses = [];
  }
}
