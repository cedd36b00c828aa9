import { serveLiveRuns } from '../../live/serve-live-runs.ts';

serveLiveRuns();
