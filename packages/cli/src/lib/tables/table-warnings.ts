import { type Column, columnNames, type Dataset, takeRows } from '@diffeo/datasets';
import { whiten } from '@diffeo/layers-elementwise';
import {
  type Baseline,
  baselineWarnings,
  columnList,
  dataWarnings,
  type Fitted,
  scoreWarnings,
  seenRowWarnings,
  type Warning,
} from '@diffeo/trainer';
import { joinedRows } from '../data/joined-rows.ts';
import type { TrainingData } from '../data/training-data.ts';
import { kindsOption } from '../options/csv-flags.ts';
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
  const named = (warning.columns ?? []).flatMap((place) => columns[place] ?? []);
  if (warning.code !== 'FEW_VALUES' || named.length === 0) return warning;
  return {
    ...warning,
    message: `${warning.message} Or say what they are, and they get probabilities: ${kindsOption(named, 'category')}, or =integer.`,
  };
}

/** Of whole numbers, fewer than this part are different: the others come again. */
const differentShare = 0.7;

/** A word where whole numbers that come again get a density: it is no probability, and grows with narrow bumps at each of them. */
function wholeNumberWarnings({ columns = [], values, count }: Dataset, told: ReadonlySet<number>): readonly Warning[] {
  const size = columns.length;
  const isWhole = ({ kind, step = 0.5, reason }: Column): boolean =>
    reason !== undefined && kind !== 'date' && Number.isInteger(step);
  const places = [...columns.keys()].filter((i) => {
    if (told.has(i) || !isWhole(columns[i] as Column)) return false;
    return new Set(Array.from({ length: count }, (_, row) => values[row * size + i])).size < differentShare * count;
  });
  if (places.length === 0) return [];
  const named = places.map((place) => columns[place] as Column);
  const [hold, get, say] = places.length > 1 ? ['hold', 'get', 'they are'] : ['holds', 'gets', 'it is'];
  return [
    {
      code: 'WHOLE_NUMBERS',
      columns: places,
      message: `${columnList(places, columnNames(columns))} ${hold} whole numbers that come again, and ${get} a density, whose likelihood is no probability. Say that ${say} whole, and each number has a probability: ${kindsOption(named, 'integer')}; or that a density is meant: =real.`,
    },
  ];
}

/** What there is to say of a table before anything is trained. */
export const tableWarnings = ({ all }: TrainingData): readonly Warning[] =>
  all ? dataWarnings(hostRows(all)).map((warning) => withKinds(warning, all)) : [];

/** The same of a table whose density is to be found, where columns may be whole. */
export function mixtureWarnings(data: TrainingData): readonly Warning[] {
  const found = tableWarnings(data);
  if (!data.all) return found;
  const told = new Set(found.flatMap(({ code, columns = [] }) => (code === 'FEW_VALUES' ? columns : [])));
  return [...found, ...wholeNumberWarnings(data.all, told)];
}

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
  // What is given has no density of its own.
  const modelled = columns.filter(({ name }) => !mixed?.context.includes(name));
  if (!all || !haveDensity(modelled, mixed !== undefined)) return [];
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
