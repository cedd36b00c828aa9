export { type ServeOptions, serveFlows } from './lib/tasks/serve-flows.ts';
