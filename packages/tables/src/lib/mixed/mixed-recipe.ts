import type { Effort, Recipe } from '../recipe.ts';
import { cellMember, classMember, independentMember, type MixedTableShape } from './class-members.ts';

/** Fewer rows than this are a small table. */
const smallTable = 2500;

const counted = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;

/** What suits a mixed table of so many rows. */
export function mixedRecipe(count: number, shape: MixedTableShape, effort: Effort): Recipe {
  const small = count < smallTable;
  const { columns, given } = shape;
  const folds = small ? Math.min(5, Math.floor(count / 8)) : 1;
  const going = columns.filter(({ continues }) => continues).length;
  const rounded = columns.filter(({ continues, step }) => continues && step !== null).length;
  const inFolds = small
    ? `few, so ${folds} folds, each with members of its own`
    : 'many, so one split, a fifth left out';
  const context = given.length > 0 ? `, given ${counted(given.length, 'column', 'columns')}` : '';
  const most = effort === 'fast' ? 15 : 60;
  const several = going > 0 && columns.length > 1;
  return {
    folds,
    kinds: [
      independentMember(shape),
      ...(columns.length > 1 ? [cellMember(shape, 'straight'), classMember(shape, 'straight', most)] : []),
      ...(several ? [classMember(shape, 'normal', most)] : []),
      ...(several && effort !== 'fast' ? [cellMember(shape, 'normal')] : []),
    ],
    reasons: [
      `${count.toLocaleString('en')} rows of ${columns.length} columns${context}: ${inFolds}`,
      `${counted(columns.length - going, 'column', 'columns')} of categories or few values, ${counted(going, 'column', 'columns')} of numbers, of which ${rounded} rounded: these score as probabilities`,
      'candidates, all exact: independent columns, a Gaussian for each cell, classes with tables and Gaussians before and after columns are made normal',
    ],
  };
}
