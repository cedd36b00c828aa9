import { bitsPerDim, DiffeoError, isFlow, sizeOf } from '@diffeo/core';
import { columnNames } from '@diffeo/datasets';
import { pooledScores } from '@diffeo/tables';
import { rowStatistics, scoreWarnings, type Warning } from '@diffeo/trainer';
import type { RowsOptions } from '../data/data-source.ts';
import { rowsForModel } from '../data/rows-for-model.ts';
import { readModel, type StoredModel } from '../model/read-model.ts';
import { tableOf } from '../report/facts/table-of.ts';
import { type ModelRows, takeModelRows } from '../tables/mixed-data.ts';
import { finiteOrNull } from '../terminal/finite-or-null.ts';
import { stopIfCancelled } from '../terminal/interruption.ts';
import { type ResultPlace, resultTable } from '../terminal/result-table.ts';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { blameRows, requireColumns } from './blame-rows.ts';
import { percentileOf } from './score-notes.ts';
import type { ScoreReport } from './score-report.ts';
import { scoreRows } from './score-rows.ts';
import { type ScoredRow, writeScores } from './score-table.ts';
import { unknownCategoryWarnings } from './unknown-category-warnings.ts';

/** What `diffeo score` was asked to do. */
export interface ScoreOptions extends RowsOptions, ResultPlace {
  readonly model: string;
  readonly json: boolean;
  /** Draws of the noise that each score is made of. */
  readonly draws: number;
  /** How many of the least likely rows to say alone. */
  readonly top: number | undefined;
  /** Whether to say what all kinds of members say of each row, and to rank by that. */
  readonly votes: boolean;
  /** Whether to say of each row which column makes it unlikely. */
  readonly blame: boolean;
}

/** No column is to blame where each is as usual as this, nats: scores are of float32. */
const leastGain = 1e-3;

/** Between so many rows a signal has its turn. */
const rowsTogether = 16384;

/** What the kinds of members of a mixture say of rows. */
async function memberVotes(
  { model, params }: StoredModel,
  { values, count, eventShape }: ModelRows,
  signal: AbortSignal,
): Promise<Float64Array> {
  const size = sizeOf(eventShape);
  const votes = new Float64Array(count);
  for (let begin = 0; begin < count; begin += rowsTogether) {
    await stopIfCancelled(signal);
    const part = Float32Array.from(values.subarray(begin * size, (begin + rowsTogether) * size));
    votes.set(await pooledScores({ model, params }, { values: part, count: part.length / size, size }), begin);
  }
  return votes;
}

/** The rows to say something of, in their order, or the least likely ones first. */
async function scoredRows(
  stored: StoredModel,
  rows: ModelRows,
  scores: Float32Array,
  { top, votes: asksVotes, blame, seed, signal }: Pick<ScoreOptions, 'top' | 'votes' | 'blame' | 'seed' | 'signal'>,
): Promise<readonly ScoredRow[]> {
  const votes = asksVotes ? await memberVotes(stored, rows, signal) : null;
  const ranks = votes ?? scores;
  const order = Uint32Array.from(scores.keys());
  const chosen =
    top === undefined ? order : order.sort((a, b) => (ranks[a] as number) - (ranks[b] as number)).subarray(0, top);
  const { notes, model } = stored;
  const taken = blame || top !== undefined ? takeModelRows(rows, chosen) : null;
  const table = taken && tableOf(taken);
  const gains = table && (await blameRows(stored, table, { seed, signal, context: taken.context?.values }));
  const size = sizeOf(model.eventShape);
  const names = notes.columns ? columnNames(notes.columns) : null;
  const blamed = (i: number): Pick<ScoredRow, 'blame'> => {
    if (!gains) return {};
    const own = gains.subarray(i * size, (i + 1) * size);
    const present = [...own.keys()].filter((j) => !Number.isNaN(table?.values[i * size + j]));
    const [column] = present.sort((a, b) => (own[b] as number) - (own[a] as number));
    const gain = own[column ?? 0] as number;
    if (column === undefined || !(gain >= leastGain)) return { blame: null };
    return { blame: { column: names?.[column] ?? `${column + 1}`, gain } };
  };
  return Array.from(chosen, (row, i) => {
    const logProb = scores[row] as number;
    return {
      row: row + 1,
      logProb,
      ...(votes && { votes: votes[row] as number }),
      ...(notes.scores && { percentile: percentileOf(notes.scores, logProb) }),
      ...blamed(i),
    };
  });
}

/**
 * Scores rows under a model: the log-likelihood of each as a table, in the order of the rows, its percentile among rows that the model did not learn from, and their mean on stderr; or,
 * with `json`, the mean as an object on stdout, and the table only if `out` says where.
 */
export async function score({
  model: path,
  out,
  format,
  json,
  draws,
  top,
  votes,
  blame,
  ...options
}: ScoreOptions): Promise<void> {
  const { seed, signal } = options;
  if (json && out === undefined && top === undefined && (votes || blame)) {
    throw new DiffeoError(
      'USAGE',
      `${votes ? '--votes' : '--blame'} is said of each row, and --json alone says the mean: add --top, or --out`,
    );
  }
  const stored = await readModel(path);
  if (draws > 1 && !stored.model.dequantizes) {
    throw new DiffeoError(
      'USAGE',
      `--draws is for models of dequantized data, and ${path} is none: it has no noise to draw`,
    );
  }
  if (blame || top !== undefined) requireColumns(stored, top === undefined ? '--blame' : '--top');
  if (votes && (isFlow(stored.model) || stored.model.contextShape)) {
    const what = isFlow(stored.model) ? 'one flow' : 'conditional';
    throw new DiffeoError('USAGE', `--votes is for mixtures of whole rows, and ${path} is ${what}`);
  }
  // Opened first, so that a path that cannot be written is refused before the work.
  const table = json && out === undefined ? null : resultTable({ out, format });
  let [scores, shown]: [Float32Array, readonly ScoredRow[]] = [new Float32Array(), []];
  let unknown: readonly Warning[] = [];
  try {
    const rows = await rowsForModel(stored, options);
    unknown = unknownCategoryWarnings(stored, rows);
    scores = await scoreRows(stored, rows, { seed, signal, draws });
    if (table || top !== undefined) shown = await scoredRows(stored, rows, scores, { top, votes, blame, seed, signal });
    if (table) await writeScores(shown, table, { isChosen: top !== undefined });
  } finally {
    table?.close();
  }

  const { mean, standardError, median, trimmedMean, count } = rowStatistics(scores);
  const warnings = [...unknown, ...scoreWarnings(scores)];
  for (const { message } of warnings) say(`warning: ${message}`);
  const bits = stored.model.dequantizes ? bitsPerDim(stored.model, -mean) : null;
  if (json) {
    const report: ScoreReport = {
      model: path,
      data: options.data,
      mean: finiteOrNull(mean),
      standardError: finiteOrNull(standardError),
      median: finiteOrNull(median),
      trimmedMean: finiteOrNull(trimmedMean),
      count,
      ...(bits !== null && { bitsPerDim: finiteOrNull(bits) }),
      ...(top !== undefined && { rows: shown }),
      warnings,
    };
    await printResult(`${JSON.stringify(report)}\n`);
    return;
  }
  const error = Number.isNaN(standardError) ? '' : ` ± ${standardError.toFixed(4)}`;
  const perDimension = bits === null ? '' : `, ${bits.toFixed(4)} bits per dimension`;
  say(`mean log-likelihood ${mean.toFixed(4)}${error} nats over ${count} rows${perDimension}`);
}
