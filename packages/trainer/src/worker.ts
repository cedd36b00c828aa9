export { serveFlows } from './lib/parallel/serve-flows.ts';
