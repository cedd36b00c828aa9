import { copyParams, DiffeoError, disposeParams, type Flow, isDiffeoError } from '@diffeo/core';
import { type NumberedRows, placeOf, type RowPlace } from '../data/row-place.ts';
import { eventLoopYielder } from '../executor/event-loop-yielder.ts';
import type { WorkerPool } from '../executor/worker-pool.ts';
import type { Problem, Step } from '../training/step.ts';
import type { Training } from '../training/training.ts';
import { type BegunRun, beginRun } from './begin-run.ts';
import { type BestSoFar, bestSoFar } from './best-so-far.ts';
import { packCheckpoint } from './checkpoint.ts';
import { type CheckpointKeeper, checkpointKeeper } from './checkpoint-keeper.ts';
import type { FitOptions, Fitted, Stopped } from './fit-options.ts';
import { type FitPlan, fitPlan, learningRates } from './fit-plan.ts';
import type { Goal } from './goal.ts';
import { type LearningCurve, learningCurve } from './learning-curve.ts';
import type { TrainingData } from './training-data.ts';
import { notFinite, type Validation } from './validation.ts';
import { countsForPatience, nextValidation } from './validation-steps.ts';

/** What may be wrong where numbers are not finite. */
const advice = {
  row: 'Remove such values, or fill them in.',
  training: 'Try a lower learning rate, or look at the data for values far from the rest.',
  schedule: 'A schedule returns a finite factor of 0 or more.',
};

/** What a run hands over. */
export type Reached = Omit<Fitted, 'warnings'>;

/** A running fit: from the first step, or from a checkpoint, to what it reached. It owns its training and its best parameters. */
export class FitRun {
  readonly #pool: WorkerPool | null;
  readonly #model: Flow;
  readonly #goal: Goal;
  readonly #data: TrainingData;
  readonly #options: FitOptions;
  readonly #plan: FitPlan;
  readonly #begun: BegunRun;
  readonly #training: Training;
  readonly #validation: Validation;
  readonly #best: BestSoFar;
  readonly #curve: LearningCurve;
  readonly #checkpoints: CheckpointKeeper;
  readonly #began: number;

  private constructor(
    pool: WorkerPool | null,
    model: Flow,
    goal: Goal,
    data: TrainingData,
    options: FitOptions,
    plan: FitPlan,
    begun: BegunRun,
  ) {
    const { resumed } = begun;
    [this.#pool, this.#model, this.#goal, this.#data, this.#options] = [pool, model, goal, data, options];
    [this.#plan, this.#begun, this.#training] = [plan, begun, begun.training];
    this.#validation = goal.validation(data, plan, pool);
    this.#best = bestSoFar(model, resumed?.best ?? null);
    this.#curve = learningCurve(resumed?.state);
    const before = resumed && options.resume && { bytes: options.resume, step: resumed.state.step };
    this.#checkpoints = checkpointKeeper(before || null, options.onCheckpoint);
    this.#began = performance.now() - 1000 * (resumed?.state.seconds ?? 0);
  }

  /** Starts parameters and workers' copies of them, or takes up what a checkpoint left. Data and options were checked. */
  static async begin(
    pool: WorkerPool | null,
    model: Flow,
    goal: Goal,
    data: TrainingData,
    options: FitOptions,
  ): Promise<FitRun> {
    const plan = fitPlan(options, data);
    const begun = await beginRun(pool, model, goal, data, options, plan);
    return new FitRun(pool, model, goal, data, options, plan, begun);
  }

  /** Trains to the end. The run is over afterwards, however it ends. */
  async run(): Promise<Reached> {
    const pause = eventLoopYielder();
    try {
      await this.#requireSound();
      if (!this.#begun.resumed) await this.#validateStart();
      while (!this.#isOver()) {
        // Waiting for workers lets everything else have its turn too.
        if (!this.#pool) await pause();
        if (this.#options.signal?.aborted) return await this.#finish('cancelled', await this.#packCheckpoint());
        await this.#advance();
      }
      return await this.#finish(this.#training.step < this.#plan.steps ? 'converged' : 'finished');
    } catch (error) {
      if (!(isDiffeoError(error) && error.code === 'WORKER')) throw error;
      return await this.#stop('WORKER', error.message);
    } finally {
      this.#best.dispose();
      await this.#training.dispose();
    }
  }

  #isOver(): boolean {
    return this.#training.step >= this.#plan.steps || this.#curve.unimproved >= this.#plan.patience;
  }

  /** Steps up to the next validation, or as many as are taken at once. */
  async #advance(): Promise<void> {
    const { steps } = this.#plan;
    const from = this.#training.step;
    const validated = nextValidation(from, this.#data.validationSteps, steps);
    const { rates, refused } = learningRates(
      this.#plan,
      this.#curve.validations(),
      from,
      Math.min(validated, from + this.#training.stepsPerRequest),
    );
    if (refused !== null && rates.length === 0) await this.#stop('CONFIG', refused, advice.schedule);
    const taken = await this.#take(rates);
    for (const [i, { loss, gradientNorm, problem }] of taken.entries()) {
      const step = from + i + 1;
      if (problem) await this.#stopAt(problem);
      this.#curve.addLoss(loss);
      if (step === validated) {
        await this.#requireSound();
        await this.#validate(step);
        this.#curve.addPoint(step);
      }
      const { validation } = this.#curve;
      const progress = {
        ...{ step, steps, loss, gradientNorm, learningRate: rates[i] as number },
        ...(validation !== null && { validation }),
        ...this.#timing(step),
      };
      const watched = this.#options.onProgress?.(progress, { newest: () => this.#training.newest() });
      if (watched instanceof Promise) await watched;
    }
    if (!this.#isOver()) await this.#checkpoints.keep(this.#training.step, () => this.#packCheckpoint());
  }

  /** What is refused in the course of a run, such as what `augment` returns, comes with what was reached until then. */
  async #take(rates: readonly number[]): Promise<readonly Step[]> {
    try {
      return await this.#training.advance(rates);
    } catch (error) {
      // A worker that died ends the run where everything else does.
      if (!isDiffeoError(error) || error.code === 'WORKER' || this.#training.step === 0) throw error;
      return await this.#stop(error.code, error.message);
    }
  }

  /** Tries what may be wrong before the first step is taken. */
  async #validateStart(): Promise<void> {
    const { params } = await this.#training.newest();
    await this.#rowsFinite(this.#validation.tryExtremes(params));
    await this.#validate(0);
  }

  /** Scores the validation rows, where there are any, and keeps the parameters if they are the best so far. */
  async #validate(at: number): Promise<void> {
    const { layout } = this.#model;
    const { params, step } = await this.#training.newest();
    const averaged = await this.#training.averaged();
    let kept = false;
    try {
      const loss = await this.#rowsFinite(this.#validation.loss(averaged ?? params));
      if (loss === null) return;
      const isBest = this.#best.isBetter(loss);
      const { seconds } = this.#timing(at);
      await this.#options.onValidation?.({ step: at, loss, isBest, seconds, params: averaged ?? params });
      kept = isBest;
      if (kept) this.#best.keep({ params: averaged ?? copyParams(layout, params), step, loss });
      this.#curve.addValidation(at, loss, kept, countsForPatience(at, this.#data.validationSteps));
    } finally {
      if (averaged && !kept) disposeParams(layout, averaged);
    }
  }

  /** Stops the run where a row has no finite score. */
  async #rowsFinite<T>(scored: Promise<T>): Promise<T> {
    try {
      return await scored;
    } catch (error) {
      if (!isDiffeoError(error) || error.code !== 'NOT_FINITE') throw error;
      return await this.#stopAtRow(error);
    }
  }

  async #requireSound(): Promise<void> {
    const { params } = await this.#training.newest();
    await this.#goal.requireSound(params, this.#data, this.#plan.seed).catch((error: unknown) => {
      if (!(isDiffeoError(error) && error.code === 'INEXACT')) throw error;
      return this.#stop('INEXACT', error.message);
    });
  }

  #timing(done: number): { readonly seconds: number; readonly samplesPerSecond: number } {
    const seconds = (performance.now() - this.#began) / 1000;
    return { seconds, samplesPerSecond: (done * this.#plan.batchSize) / Math.max(seconds, 1e-9) };
  }

  async #packCheckpoint(): Promise<Uint8Array> {
    const { step } = this.#training;
    const { params } = await this.#training.newest();
    return await packCheckpoint(this.#model, {
      ...this.#begun.identity,
      state: { step, seconds: this.#timing(step).seconds, ...this.#curve.state() },
      ...{ params, optimiser: await this.#training.state(), best: this.#best.best },
    });
  }

  /** What was reached: the best parameters, or the newest where nothing is validated. */
  async #finish(stopped: Fitted['stopped'], checkpoint: Uint8Array | null = null): Promise<Reached> {
    const newest = await this.#training.newest();
    const best = this.#best.take();
    const averaged = best ? null : await this.#training.averaged();
    const params = best?.params ?? averaged ?? copyParams(this.#model.layout, newest.params);
    const { step: steps } = this.#training;
    return {
      ...{ params, steps, stopped, checkpoint },
      history: this.#curve.history,
      startValidation: this.#curve.startValidation,
      validationRows: this.#validation.rows,
      bestStep: best?.step ?? newest.step,
      startWasBest: best?.step === 0,
      ...this.#timing(steps),
      peakBytes: await this.#training.peakBytes(),
    };
  }

  async #stopAt({ message, row }: Problem): Promise<never> {
    if (row === null) return await this.#stop('NOT_FINITE', message, advice.training);
    const train = this.#data.train as NumberedRows;
    return await this.#stopAtRow(notFinite(this.#model, message, await placeOf(train, row, train.dataset)));
  }

  #stopAtRow({ code, message, cause }: DiffeoError): Promise<never> {
    const place = (cause as RowPlace | undefined) ?? null;
    return this.#stop(code, message, (place?.column ?? null) === null ? advice.training : advice.row, place);
  }

  /** Ends the run with an error that hands over what was reached. */
  async #stop(code: string, reason: string, advice = '', place: RowPlace | null = null): Promise<never> {
    const { newest } = this.#checkpoints;
    const fitted = await this.#finish('cancelled', newest?.bytes);
    const cause: Stopped = { ...fitted, warnings: [], reason, advice, place };
    const text = `training stopped at step ${fitted.steps}: ${reason}. The parameters from step ${fitted.bestStep} are in error.cause.params.`;
    const more = newest ? ` A checkpoint of step ${newest.step} is in error.cause.checkpoint.` : '';
    throw new DiffeoError(code, `${text}${more}${advice && ` ${advice}`}`, { cause });
  }
}
