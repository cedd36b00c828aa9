export { type PartTransport, partOf, reduceInParts } from './lib/all-reduce/reduce-in-parts.ts';
export type {
  Engine,
  JobEvent,
  RunHandle,
  ServeOptions,
  SubmitOptions,
  WaitOptions,
} from './lib/engines/engine.ts';
export { type LocalOptions, local } from './lib/engines/local.ts';
export { openEngine } from './lib/engines/open-engine.ts';
export { type PostgresOptions, postgres } from './lib/engines/postgres.ts';
export { type PartOptions, servePart } from './lib/engines/serve-part.ts';
export { type InputRef, storeInput } from './lib/files/inputs.ts';
export { openRoot, type Root } from './lib/files/root.ts';
export type { CachedModel } from './lib/handlers/cached-model.ts';
export { jobHandlers } from './lib/handlers/job-handlers.ts';
export { sampleHandler, sampleType } from './lib/handlers/sample-handler.ts';
export { type ScoredData, type ScoreHandlerOptions, scoreHandler, scoreType } from './lib/handlers/score-handler.ts';
export {
  type TrialData,
  type TrialFit,
  type TrialResult,
  trialHandler,
  trialType,
} from './lib/handlers/trial-handler.ts';
export type { Handler, HandlerContext, Handlers } from './lib/jobs/handler.ts';
export { handlersInThreads, type ThreadedHandlers, type ThreadOptions } from './lib/jobs/handlers-in-threads.ts';
export type { Job, JobRequest } from './lib/jobs/job.ts';
export type { Json } from './lib/jobs/json.ts';
export { type WorkerEnvironment, workerEnvironment } from './lib/jobs/worker-environment.ts';
export { type SampleRunOptions, sampleRun } from './lib/plans/sample-run.ts';
export { type ScoreRunOptions, scoreRun } from './lib/plans/score-run.ts';
export { outputPaths } from './lib/runs/manifest.ts';
export type { JobFailure, Progress, Run, RunRecord } from './lib/runs/run.ts';
export { type Range, randomSettings } from './lib/search/random-settings.ts';
export { type SearchContext, type SearchOptions, type SearchResult, search, stepsOf } from './lib/search/search.ts';
export type { Trial, TrialRow } from './lib/search/trial.ts';
export type { Address } from './lib/sockets/mesh.ts';
export { remoteWorker, serveTraining, type TrainingWorker } from './lib/sockets/remote-workers.ts';
export { socketAllReduce, socketAllReduceOn } from './lib/sockets/socket-all-reduce.ts';
