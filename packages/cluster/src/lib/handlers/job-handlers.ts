import type { Handlers } from '../jobs/handler.ts';
import { sampleHandler, sampleType } from './sample-handler.ts';
import { type ScoreHandlerOptions, scoreHandler, scoreType } from './score-handler.ts';
import { trialHandler, trialType } from './trial-handler.ts';

/** Handlers of all jobs that this package plans: scores, samples and trials of a search. */
export const jobHandlers = (options: ScoreHandlerOptions): Handlers => ({
  [scoreType]: scoreHandler(options),
  [sampleType]: sampleHandler(options),
  [trialType]: trialHandler(options),
});
