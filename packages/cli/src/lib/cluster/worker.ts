import { whenCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';
import { commandEngine, commandEnvironment } from './command-engine.ts';
import { loadCluster } from './load-cluster.ts';
import { openServer } from './open-server.ts';

/** What `diffeo worker` was asked to do. */
export interface WorkerOptions {
  readonly engine: string;
  readonly root: string | undefined;
  readonly workers: number;
  readonly untilIdle: boolean;
  readonly signal: AbortSignal;
}

/** Does the jobs of an engine until it is told to stop, and says first where it computes. */
export async function worker({ engine: name, root = '.', workers, untilIdle, signal }: WorkerOptions): Promise<void> {
  const { openRoot } = await loadCluster('diffeo worker');
  const { path } = openRoot(root);
  const engine = await commandEngine(name, path);
  const { build, node, cpu, cpuFeatures } = await commandEnvironment();
  say(
    `worker: ${build}; Node ${node}; ${cpu} (${cpuFeatures.join(' ') || 'features unknown'}); ${workers} at once; root ${path}`,
  );
  // A job in hand is done first; a second signal ends at once, and the job is somebody else's after its lease.
  whenCancelled(signal, null);
  const server = await openServer(engine, { workers, until: untilIdle ? 'idle' : 'aborted', saysJobs: true });
  try {
    await server.serve(signal);
  } finally {
    await server.close();
    await engine.close();
  }
}
