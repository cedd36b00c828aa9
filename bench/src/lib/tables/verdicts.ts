import { baselineNames } from './baselines.ts';
import type { TableResult, TablesResult } from './measure-tables.ts';
import { survey, surveyTolerance } from './survey.ts';

/** Something that is wanted of all tables together, and what was reached. */
export interface Verdict {
  readonly wanted: string;
  readonly reached: string;
  readonly met: boolean;
}

/** Of twenty tables: how many may be worse at most, and how many must be better at least. */
const wantedOf: Readonly<Record<string, readonly [worse: number, better: number]>> = {
  Gaussian: [0, 20],
  mixture: [0, 18],
  kernels: [1, 17],
  'spline-flow': [1, 17],
};
const allTables = 20;
const levelsWanted = 17;
/** Nats that a test row may lie below the Gaussian. */
const farthestBelow = 10;
/** Seconds for tables of few rows and for others. */
const [smallRows, smallSeconds, largeSeconds, fastSeconds] = [2000, 60, 120, 10];

const partOf = (wanted: number, tables: number): number => Math.ceil((wanted * tables) / allTables);

function besideOne(tables: readonly TableResult[], name: string): readonly Verdict[] {
  const found = tables.flatMap(({ table, beside }) =>
    beside.filter((own) => own.name === name).map((own) => ({ table, ...own })),
  );
  if (found.length === 0) return [];
  const [worse, better] = wantedOf[name] as readonly [number, number];
  const behind = found.filter((own) => own.worse);
  const ahead = found.filter(({ mean }) => mean > 0);
  const clearly = found.filter(({ clipped }) => clipped.mean > 2 * clipped.standardError);
  const named = behind.map(({ table }) => table).join(', ');
  const missing = found.filter(({ mean }) => mean <= 0).map(({ table }) => table);
  const [count, least] = [found.length, partOf(better, found.length)];
  return [
    {
      wanted: `${name}: worse on at most ${worse} of ${count}`,
      reached: `${behind.length}${named && ` (${named})`}`,
      met: behind.length <= worse,
    },
    {
      wanted: `${name}: better on at least ${least} of ${count}`,
      reached: `${ahead.length}, clearly on ${clearly.length}${missing.length > 0 ? ` (not on ${missing.join(', ')})` : ''}`,
      met: ahead.length >= least,
    },
  ];
}

function farRows(tables: readonly TableResult[]): readonly Verdict[] {
  const least = tables.flatMap(({ beside }) =>
    beside.filter(({ name }) => name === 'Gaussian').map((own) => own.leastDifference),
  );
  if (least.length === 0) return [];
  const most = -Math.min(...least);
  return [
    {
      wanted: `no test row more than ${farthestBelow} nats below the Gaussian`,
      reached: `${most.toFixed(1)} nats`,
      met: most <= farthestBelow,
    },
  ];
}

/** Whether competitors were given their due. */
function parity(tables: readonly TableResult[]): readonly Verdict[] {
  const compared = tables.flatMap(({ table, beside }) =>
    beside.flatMap(({ name, nll }) => {
      const known = survey[table]?.[baselineNames.indexOf(name)];
      return typeof known === 'number' ? [{ name: `${name} on ${table}`, behind: nll - known }] : [];
    }),
  );
  if (compared.length === 0) return [];
  const worse = compared.filter(({ behind }) => behind > surveyTolerance);
  const told = worse.map(({ name, behind }) => `${name} by ${behind.toFixed(2)}`).join(', ');
  return [
    {
      wanted: `no competitor more than ${surveyTolerance} nats behind an earlier survey of the same rows`,
      reached: `${worse.length} of ${compared.length}${told && ` (${told})`}`,
      met: worse.length === 0,
    },
  ];
}

function covered(tables: readonly TableResult[]): readonly Verdict[] {
  const levels = tables[0]?.coverage.map(({ level }) => level) ?? [];
  const least = partOf(levelsWanted, tables.length);
  return levels.map((level, i) => {
    const missed = tables.filter(({ coverage }) => !coverage[i]?.held).map(({ table }) => table);
    const held = tables.length - missed.length;
    return {
      wanted: `the ${100 * level} % region covers as much, on at least ${least} of ${tables.length}`,
      reached: `${held}${missed.length > 0 ? ` (not on ${missed.join(', ')})` : ''}`,
      met: held >= least,
    };
  });
}

/** On a quiet machine, where one thread takes no longer than the processor worked: other work may have held it up here. */
const quietSeconds = ({ seconds, cpuSeconds }: TableResult): number => Math.min(seconds, cpuSeconds);

function times(tables: readonly TableResult[], effort: string): readonly Verdict[] {
  const limitOf = ({ rows }: TableResult): number =>
    effort === 'fast' ? fastSeconds : rows < smallRows ? smallSeconds : largeSeconds;
  const late = tables.filter((own) => quietSeconds(own) > limitOf(own)).map(({ table }) => table);
  const wanted =
    effort === 'fast'
      ? `at most ${fastSeconds} s`
      : `at most ${smallSeconds} s under ${smallRows} rows, ${largeSeconds} s for others`;
  const longest = Math.max(...tables.map(quietSeconds));
  const reached = `${longest.toFixed(0)} s at most${late.length > 0 ? ` (late: ${late.join(', ')})` : ''}`;
  return effort === 'best' ? [] : [{ wanted, reached, met: late.length === 0 }];
}

/** What is wanted of the tables together, and what was reached: of fewer than twenty tables the same parts. */
export function verdicts({ tables, effort }: Pick<TablesResult, 'tables' | 'effort'>): readonly Verdict[] {
  if (tables.length === 0) return [];
  return [
    ...baselineNames.flatMap((name) => besideOne(tables, name)),
    ...farRows(tables),
    ...parity(tables),
    ...covered(tables),
    ...times(tables, effort),
  ];
}
