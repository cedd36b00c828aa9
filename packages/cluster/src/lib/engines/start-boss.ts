import { DiffeoError } from '@diffeo/core';
import type { PgBoss } from 'pg-boss';
import { type Patience, patiently } from './postgres-patience.ts';

/** The first Node that pg-boss runs on. */
const [major, minor] = [22, 12];

/** @throws DiffeoError `CONFIG` on a Node that is too old. */
function requireNode(version = process.versions.node): void {
  const [ours = 0, second = 0] = version.split('.').map(Number);
  if (ours > major || (ours === major && second >= minor)) return;
  throw new DiffeoError('CONFIG', `jobs on Postgres need Node ${major}.${minor} or later, and this is ${version}`);
}

/**
 * Connects, and makes the tables where there are none. Lost workers are looked for by every instance, each second.
 *
 * @throws DiffeoError `CONFIG` for an address that is none; `ENGINE`
 */
export async function startBoss(
  url: string,
  {
    schema,
    leaseSeconds,
    patience,
  }: { readonly schema: string; readonly leaseSeconds: number; readonly patience: Patience },
): Promise<PgBoss> {
  requireNode();
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new DiffeoError('CONFIG', 'the engine is an address such as postgres://user:password@host:5432/database');
  }
  const { PgBoss } = await import('pg-boss');
  const every = Math.max(1, Math.round(leaseSeconds / 10));
  return await patiently(async () => {
    const boss = new PgBoss({
      connectionString: url,
      application_name: 'diffeo',
      schema,
      // Plans and reports of its own that jobs have no need of.
      schedule: false,
      openTelemetry: { enabled: false },
      registerInstance: false,
      superviseIntervalSeconds: every,
      monitorIntervalSeconds: every,
      max: 4,
    });
    // Of its own timers: what matters is said by the calls that fail.
    boss.on('error', () => undefined);
    try {
      await boss.start();
      return boss;
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => undefined);
      throw error;
    }
  }, patience);
}
