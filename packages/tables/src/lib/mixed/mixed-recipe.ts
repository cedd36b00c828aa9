import { type AutoregressiveRecipe, autoregressiveMember } from '../autoregressive/autoregressive-member.ts';
import { foldsFor } from '../folds/folds-for.ts';
import type { Effort, Recipe } from '../recipe.ts';
import type { TableRows } from '../table-rows.ts';
import { type ClassWork, cellMember, classMember, independentMember } from './class-members.ts';
import { stateCount } from './mixed-column.ts';
import type { MixedTableShape } from './mixed-table-shape.ts';

/** Fewer rows than this are a small table. */
const smallTable = 2500;

/** More states of all columns together than this are more than a network is given. */
const maxStates = 1000;

/** Of all folds together: a second or two, and a minute or so. */
const classWorks: Readonly<Record<'full' | 'fast', ClassWork>> = {
  full: { most: 60, searchWork: 2e10 },
  fast: { most: 15, searchWork: 6e8 },
};

/** Networks: of few rows small, with noise, and validated often. */
function networkRecipe(small: boolean, folds: number, more: number): AutoregressiveRecipe {
  return small
    ? {
        seconds: 2 * folds * more,
        ...{ hidden: [32, 32], steps: 500 * more, learningRate: 5e-3, noise: 0.1, weightDecay: 1e-2, ema: 0.99 },
        ...{ patience: 10, validateEvery: 20 },
      }
    : {
        seconds: 40 * more,
        ...{ hidden: [96, 96], steps: 4000 * more, learningRate: 3e-3, noise: 0, weightDecay: 1e-4, ema: 0.995 },
        patience: 15,
      };
}

const counted = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;

/** What suits a mixed table. Its columns are looked at for their kinds alone: what members know of them they find out in their folds. */
export function mixedRecipe(rows: TableRows, shape: MixedTableShape, effort: Effort): Recipe {
  const { count } = rows;
  const small = count < smallTable;
  const { given } = shape;
  const columns = shape.columnsOf(rows);
  const going = columns.filter(({ continues }) => continues).length;
  const fast = effort === 'fast';
  const { folds, hasCurves } = small
    ? foldsFor({ count, curves: going, kernels: 0 }, fast)
    : { folds: 1, hasCurves: true };
  const rounded = columns.filter(({ continues, step }) => continues && step !== null).length;
  const inFolds =
    folds > 1
      ? `few, so ${folds} folds, each with members of its own`
      : `${small ? 'few, of many columns for so little time' : 'many'}, so one split, a fifth left out`;
  const context = given.length > 0 ? `, given ${counted(given.length, 'column', 'columns')}` : '';
  const { most, searchWork } = classWorks[fast ? 'fast' : 'full'];
  const work = { most, searchWork: searchWork / folds };
  const several = going > 0 && columns.length > 1 && hasCurves;
  const states = columns.reduce((sum, column) => sum + stateCount(column), 0);
  const network = !fast && columns.length > 1 && states <= maxStates;
  return {
    folds,
    kinds: [
      independentMember(shape, hasCurves ? 'normal' : 'straight'),
      ...(columns.length > 1 ? [cellMember(shape, 'straight'), classMember(shape, 'straight', work)] : []),
      ...(several ? [classMember(shape, 'normal', work)] : []),
      ...(several && !fast ? [cellMember(shape, 'normal')] : []),
      ...(network ? [autoregressiveMember(shape, networkRecipe(small, folds, effort === 'best' ? 3 : 1))] : []),
    ],
    reasons: [
      `${count.toLocaleString('en')} rows of ${columns.length} columns${context}: ${inFolds}`,
      `${counted(columns.length - going, 'column', 'columns')} of categories or few values, ${counted(going, 'column', 'columns')} of numbers, of which ${rounded} rounded: these score as probabilities`,
      `candidates, all exact: independent columns, a Gaussian for each cell, classes with tables and Gaussians ${several ? 'before and after columns are made normal' : 'of columns as they are'}${network ? ', each column by a network of those before it' : ''}`,
    ],
  };
}
