import type { Engine } from '@diffeo/cluster';
import { say } from '../terminal/say.ts';
import type { Server } from './follow-run.ts';
import { loadCluster } from './load-cluster.ts';

/** What does jobs in this process. Close it afterwards. */
export interface OpenServer extends Server {
  close(): Promise<void>;
}

/** How jobs are served here. */
export interface ServerOptions {
  /** How many at once; more than one run in threads. */
  readonly workers: number;
  /** When to end. Default: by the signal. */
  readonly until?: 'aborted' | 'idle';
  /** Whether to say of each job how it went. */
  readonly saysJobs?: boolean;
}

/** Handlers of the command's jobs for an engine, in threads where several are to be done at once. */
export async function openServer(engine: Engine, { workers, until, saysJobs }: ServerOptions): Promise<OpenServer> {
  const { handlersInThreads } = await loadCluster('this command');
  const { handlers } = await import('./handlers.ts');
  const module = new URL(import.meta.url.endsWith('.ts') ? './handlers.ts' : './handlers.js', import.meta.url);
  const threads =
    workers > 1 ? await handlersInThreads({ module, types: Object.keys(handlers), count: workers }) : null;
  return {
    serve: (signal) =>
      engine.serve(threads?.handlers ?? handlers, {
        ...{ slots: workers, signal },
        ...(until && { until }),
        onNotice: say,
        ...(saysJobs && {
          onJob: ({ run, job, error }) =>
            say(`${run.name}, ${job.name}: ${error === null ? 'done' : ((error as Error)?.message ?? String(error))}`),
        }),
      }),
    close: async () => await threads?.close(),
  };
}
