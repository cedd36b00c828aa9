export { socketPort } from './lib/executor/socket-port.ts';
export { type ServeOptions, serveFlows } from './lib/tasks/serve-flows.ts';
