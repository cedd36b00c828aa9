export { type RunningMoments, runningMoments } from './lib/flow/running-moments.ts';
