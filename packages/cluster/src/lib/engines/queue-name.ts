import { createHash } from 'node:crypto';
import type { RunRecord } from '../runs/run.ts';

const prefix = 'diffeo.';

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The part of a queue's name by which workers know whether they may take from it. */
export const buildMark = (build: string | null): string => (build === null ? 'mixed' : shortHash(build));

/** The queue of a run: its name says which build its workers have. */
export const queueOf = ({ id, build }: Pick<RunRecord, 'id' | 'build'>): string => `${prefix}${id}.${buildMark(build)}`;

/** A queue's name taken apart; `null` for one that is not ours. */
export function parseQueue(name: string): { readonly run: string; readonly mark: string } | null {
  const [run, mark, ...more] = name.startsWith(prefix) ? name.slice(prefix.length).split('.') : [];
  return run && mark && more.length === 0 ? { run, mark } : null;
}
