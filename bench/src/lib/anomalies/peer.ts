import { fileURLToPath } from 'node:url';
import type { TableRows } from '@diffeo/tables';
import { runPython } from '../python.ts';
import { say } from '../say.ts';
import type { AnomalySet } from './anomaly-set.ts';

const script = fileURLToPath(new URL('../../../peers/anomalies.py', import.meta.url));

/** What the script answers, or `null` where no Python can, with a word of why. */
function ask<Answer>(what: string, input: string, left: string): Answer | null {
  const found = runPython([script, what], input);
  if ('stdout' in found) return JSON.parse(found.stdout) as Answer;
  say(`${left} left out: ${found.why}`);
  return null;
}

/** The table of breast cancers that scikit-learn brings: `odd` are the malignant ones. */
export const breastCancerRows = (): { readonly rows: number[][]; readonly odd: boolean[] } | null =>
  ask('rows', '', 'breast cancer is');

const listed = ({ values, count, size }: TableRows): number[][] =>
  Array.from({ length: count }, (_, row) => Array.from(values.subarray(row * size, (row + 1) * size)));

/** What others say of the test rows, by name: lower for odd ones. */
export const peerScores = ({ train, test }: AnomalySet): Readonly<Record<string, number[]>> =>
  ask('score', JSON.stringify({ train: listed(train), test: listed(test) }), 'others are') ?? {};
