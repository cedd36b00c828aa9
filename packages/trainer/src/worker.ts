export { type ServeOptions, serveFlows } from './lib/parallel/serve-flows.ts';
