import type { Engine } from '@diffeo/cluster';
import { packageVersions } from '../model/package-versions.ts';
import { loadCluster } from './load-cluster.ts';

/** Where this command computes: its packages count, those of layers among them. */
export async function commandEnvironment() {
  const { workerEnvironment } = await loadCluster('this command');
  return await workerEnvironment({ versions: packageVersions() });
}

/** The engine that `--engine` names, for workers of this build. Throws `CONFIG` and `FILE`. */
export async function commandEngine(name: string, root: string): Promise<Engine> {
  const { openEngine } = await loadCluster('this command');
  const { build } = await commandEnvironment();
  return openEngine(name, { root, build });
}
