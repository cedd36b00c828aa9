import { type HostRows, rowsToLookAt, sortedColumn } from './host-rows.ts';
import { columnList, type Warning } from './warning.ts';

/** Fewer rows than this say nothing of how often numbers come again. */
const leastRows = 20;
/** A column of so few numbers is a flag, a code or a class. */
const fewValues = 8;
/** How often each number comes on average before it counts as one that comes again: more than rounding brings in usual tables. */
const timesEach = 25;
/** The part of the rows that one number alone may have. */
const maxShare = 0.2;

interface Ties {
  readonly values: number;
  /** The share of the rows that the number has which comes most often. */
  readonly share: number;
}

function tiesOf(sorted: Float64Array): Ties {
  let [values, run, longest] = [0, 0, 0];
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) {
      values++;
      run = 0;
    }
    longest = Math.max(longest, ++run);
  }
  return { values, share: longest / sorted.length };
}

/** Numbers that come again and again have no density: it grows without end where they lie. */
export function fewValueWarnings(rows: HostRows): readonly Warning[] {
  const looked = rowsToLookAt(rows);
  if (looked.length < leastRows) return [];
  const ties = Array.from({ length: rows.size }, (_, column) => tiesOf(sortedColumn(rows, column, looked)));
  const tied = [...ties.keys()].filter((column) => {
    const { values, share } = ties[column] as Ties;
    if (values === 1) return false; // constant: refused elsewhere
    return values <= fewValues || looked.length / values >= timesEach || share >= maxShare;
  });
  if (tied.length === 0) return [];
  const note = (column: number): string => {
    const { values, share } = ties[column] as Ties;
    const often = share >= maxShare ? `, ${Math.round(100 * share)} % of the rows the same` : '';
    return ` (${values.toLocaleString('en')} values in ${looked.length.toLocaleString('en')} rows${often})`;
  };
  const [they, have] = tied.length > 1 ? ['Such columns', 'have'] : ['Such a column', 'has'];
  return [
    {
      code: 'FEW_VALUES',
      columns: tied,
      message: `${columnList(tied, rows.columns, note)}: numbers come again. ${they} ${have} no density, so the likelihood grows with training and means little beside that of other models. Leave ${tied.length > 1 ? 'them' : 'it'} out, or add noise as wide as the rounding before training.`,
    },
  ];
}
