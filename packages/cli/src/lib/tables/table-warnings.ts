import { columnNames, type Dataset, takeRows } from '@diffeo/datasets';
import { whiten } from '@diffeo/layers-elementwise';
import {
  type Baseline,
  baselineWarnings,
  dataWarnings,
  type Fitted,
  scoreWarnings,
  seenRowWarnings,
  type Warning,
} from '@diffeo/trainer';
import { joinedRows } from '../data/joined-rows.ts';
import type { TrainingData } from '../data/training-data.ts';
import type { Start } from '../train/start-training.ts';
import { farthestColumn } from './farthest-column.ts';
import { haveDensity } from './mixed-data.ts';

const hostRows = ({ values, eventShape, columns }: Dataset) => ({
  values,
  size: eventShape[0] as number,
  ...(columns && { columns: columnNames(columns) }),
});

/** A warning of numbers that come again, with what the command can do about it. */
function withKinds(warning: Warning, { columns = [] }: Dataset): Warning {
  const first = columns[warning.columns?.[0] ?? -1];
  if (warning.code !== 'FEW_VALUES' || !first) return warning;
  const kinds = `--kinds '${first.name}=category'`;
  return {
    ...warning,
    message: `${warning.message} Or say what they are, and they get probabilities: ${kinds}, or =integer.`,
  };
}

/** What there is to say of a table before anything is trained. */
export const tableWarnings = ({ all }: TrainingData): readonly Warning[] =>
  all ? dataWarnings(hostRows(all)).map((warning) => withKinds(warning, all)) : [];

/** The place of a row among others, by its numbers. */
function placeAmong(all: Dataset, rows: Dataset, row: number): number {
  const size = all.values.length / all.count;
  const wanted = takeRows(rows, [row]).values;
  for (let at = 0; at < all.count; at++) {
    let column = 0;
    while (column < size && all.values[at * size + column] === wanted[column]) column++;
    if (column === size) return at;
  }
  return -1;
}

/** How a held-out row is called: by its place in the file and the column in which it lies farthest out. */
function heldOutName({ all, heldOut, columns }: TrainingData): (row: number) => string {
  if (!all) return (row) => `held-out row ${row + 1}`;
  return (row) => {
    const place = placeAmong(all, heldOut, row);
    const { column, value } = farthestColumn(all, takeRows(heldOut, [row]).values);
    return `row ${place + 1} of the data, with ${value} in '${columns?.[column]?.name ?? column + 1}'`;
  };
}

/** What a finished run gives reason to say. */
export function resultWarnings(
  data: TrainingData,
  { model, gaussian }: Start,
  fitted: Fitted,
  scores: ArrayLike<number>,
): readonly Warning[] {
  const oneColumn = model.eventShape.length === 1 && model.eventShape[0] === 1;
  const whitened = data.preprocessing.layers.some(({ $type }) => $type === whiten().$type);
  const startIs = whitened ? 'a Gaussian of full covariance' : 'a normal for each column by itself';
  // The data were looked at before training, with the file's names and rows.
  const ofFit = fitted.warnings.filter(({ code }) => code === 'ONLY_A_GAUSSIAN');
  const start: Warning = {
    code: 'START_WAS_BEST',
    message: `training found nothing that the validation rows clearly prefer to the flow as it started, which is ${startIs}: the model is that. More rows, or fewer columns, would let it learn more.`,
  };
  return [
    ...ofFit,
    ...(data.all && fitted.startWasBest && !oneColumn ? [start] : []),
    ...scoredWarnings(data, gaussian, scores),
  ];
}

/** Whether held-out rows that were trained on too carry the likelihood. Of tables. */
export function repeatedWarnings(data: TrainingData, scores: ArrayLike<number>): readonly Warning[] {
  const { all, train, validation, heldOut, columns = [], mixed } = data;
  if (!all || !haveDensity(columns, mixed !== undefined)) return [];
  return seenRowWarnings(scores, hostRows(heldOut), hostRows(joinedRows(train, validation)));
}

/** What the scores of the held-out rows give reason to say. */
export const scoredWarnings = (
  data: TrainingData,
  gaussian: Baseline | null,
  scores: ArrayLike<number>,
): readonly Warning[] => [
  ...scoreWarnings(scores, { nameOf: heldOutName(data) }),
  ...repeatedWarnings(data, scores),
  ...(gaussian ? baselineWarnings(scores, gaussian.scores) : []),
];
