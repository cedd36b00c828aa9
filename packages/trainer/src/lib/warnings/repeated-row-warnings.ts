import { type HostRows, rowsToLookAt } from './host-rows.ts';
import type { Warning } from './warning.ts';

const leastRows = 20;
/** The share of rows that may be the same as another. */
const maxShare = 0.1;

/** Rows that come again and again: a flow can put its mass on them without end. */
export function repeatedRowWarnings({ values, size }: HostRows): readonly Warning[] {
  const looked = rowsToLookAt({ values, size });
  if (looked.length < leastRows) return [];
  const seen = new Map<string, number>();
  for (const row of looked) {
    const key = Array.from({ length: size }, (_, column) => values[row * size + column]).join();
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  let repeated = 0;
  for (const times of seen.values()) if (times > 1) repeated += times;
  const share = repeated / looked.length;
  if (share < maxShare) return [];
  return [
    {
      code: 'REPEATED_ROWS',
      message: `${Math.round(100 * share)} % of the rows are the same as another: ${seen.size.toLocaleString('en')} different ones among ${looked.length.toLocaleString('en')}. The likelihood of rows that come again grows with training, and those held out were seen in training. Leave repetitions out.`,
    },
  ];
}
