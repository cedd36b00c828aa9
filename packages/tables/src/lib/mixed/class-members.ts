import { flow, fold } from '@diffeo/core';
import type { Candidate, Member, MemberKind } from '../members/member-kind.ts';
import type { TableRows } from '../table-rows.ts';
import { cellsOfTable } from './cells-of-table.ts';
import { classScores } from './class-density.ts';
import type { ClassModel } from './class-model.ts';
import { type ClassData, classesBy, fitClasses, oneClass } from './fit-classes.ts';
import { gapsIn } from './mixed-column.ts';
import { mixedRows, mixedRowsOf } from './mixed-rows.ts';
import type { MixedTableShape } from './mixed-table-shape.ts';
import { rowCells } from './row-cells.ts';
import { classData, type ScoreKind } from './start-data.ts';

/** Numbers of classes that are tried, in this order, until three in turn are no better. */
const counts = [1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40, 60];
/** Rows that classes are counted on, at most, and fitted to. */
const [rowsToCount, rowsToFit] = [4000, 20_000];

const firstRows = ({ values, count, size }: TableRows, most: number): TableRows =>
  count <= most ? { values, count, size } : { values: values.subarray(0, most * size), count: most, size };

function memberOf(model: ClassModel, rows: TableRows, given: readonly number[]): Member {
  const { config, params } = mixedRowsOf(model, gapsIn(rows), given);
  const own = model.columns.length - given.length;
  const built = flow({
    eventShape: [own],
    ...(given.length > 0 && { contextShape: [given.length] }),
    layers: [],
    base: mixedRows(config as Parameters<typeof mixedRows>[0]),
  });
  return { model: built, params: { dequantize: {}, layers: [], base: { ...params } } };
}

/** The mean log-density of rows, given their context. */
function meanScore(model: ClassModel, rows: TableRows, given: readonly number[]): number {
  const scores = classScores(model, rowCells(model, rows.values));
  let total = scores.reduce((sum, own) => sum + own, 0);
  if (given.length > 0) {
    const isGiven = new Set(given);
    const context = rows.values.map((value, at) => (isGiven.has(at % rows.size) ? value : Number.NaN));
    total -= classScores(model, rowCells(model, context)).reduce((sum, own) => sum + own, 0);
  }
  return total / rows.count;
}

/** A kind of which the rows choose nothing. */
function plainMember(
  name: string,
  { columnsOf, given }: MixedTableShape,
  kind: ScoreKind,
  fit: (data: ClassData) => ClassModel,
): MemberKind {
  const fitted = (rows: TableRows): Member =>
    memberOf(fit(classData(columnsOf(rows), rows, { kind, given })), rows, given);
  return {
    name,
    fit: ({ train }) => Promise.resolve([{ setting: '', stopScore: 0, build: () => fitted(train) }]),
    refit: (rows) => Promise.resolve(fitted(rows)),
  };
}

/** Independent columns: a table of states each, and numbers by a curve of their own. */
export const independentMember = (shape: MixedTableShape, kind: ScoreKind = 'normal'): MemberKind =>
  plainMember('independent columns', shape, kind, (data) => oneClass(data, 'diagonal'));

/** A Gaussian for each cell of the table of all categories that there are, and one for all others. */
export const cellMember = (shape: MixedTableShape, kind: ScoreKind): MemberKind =>
  plainMember(
    kind === 'straight' ? 'a Gaussian for each cell' : 'a Gaussian copula for each cell',
    shape,
    kind,
    (data) => {
      const { classOf, classes } = cellsOfTable(data);
      return classesBy(data, classOf, classes);
    },
  );

/** How many classes are worth trying. */
export interface ClassWork {
  /** Classes at most. */
  readonly most: number;
  /** Multiplications of the search for their number in a fold: it ends with what was found by then. */
  readonly searchWork: number;
}

/** Classes, as many as the stopping rows ask for and work is there for. */
export function classMember(
  { columnsOf, given }: MixedTableShape,
  kind: ScoreKind,
  { most, searchWork }: ClassWork,
): MemberKind {
  return {
    name: kind === 'straight' ? 'classes of Gaussians' : 'classes of Gaussians between normal columns',
    fit: async ({ train, stop }, seed, { signal } = {}) => {
      const fitTo = firstRows(train, rowsToFit);
      const whole = classData(columnsOf(train), fitTo, { kind, given });
      const few = firstRows(fitTo, rowsToCount);
      const counted = few.count === fitTo.count ? whole : { ...whole, cells: rowCells(whole, few.values) };
      const judging = firstRows(stop, rowsToCount);
      const candidates: Candidate[] = [];
      const meter = { work: 0, limit: searchWork };
      let [best, worse, last] = [-Infinity, 0, 0];
      for (const classes of counts) {
        if (classes > most || (classes > 1 && train.count < classes * 8)) break;
        // More classes take at least as much again.
        if (classes > 2 && meter.work + last > searchWork) {
          const tried = candidates.pop();
          if (tried) candidates.push({ ...tried, isCutShort: true });
          break;
        }
        signal?.throwIfAborted();
        const before = meter.work;
        const found = fitClasses(counted, { classes, seed: fold(seed, classes), meter });
        last = meter.work - before;
        const stopScore = meanScore(found, judging, given);
        const build = () => {
          const final = counted === whole ? found : fitClasses(whole, { classes, seed, from: found, rounds: 12 });
          return memberOf(final, train, given);
        };
        candidates.push({ setting: `${classes}`, stopScore, build });
        worse = stopScore > best ? 0 : worse + 1;
        best = Math.max(best, stopScore);
        if (worse === 3) break;
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      return candidates;
    },
  };
}
