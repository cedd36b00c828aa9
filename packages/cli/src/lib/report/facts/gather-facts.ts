import { countParams, fold, type Seed, sizeOf } from '@diffeo/core';
import { type Column, columnNames } from '@diffeo/datasets';
import { coverage, isMixedModel } from '@diffeo/tables';
import { rowStatistics, scoreWarnings, seenRowWarnings } from '@diffeo/trainer';
import type { StoredModel } from '../../model/read-model.ts';
import { joinContext } from '../../score/mixed-cells.ts';
import { scoreRows } from '../../score/score-rows.ts';
import { unknownCategoryWarnings } from '../../score/unknown-category-warnings.ts';
import { cutContext, haveDensity, type ModelRows } from '../../tables/mixed-data.ts';
import { isCategory } from './cell-text.ts';
import { compareDensities } from './compare-densities.ts';
import { comparedSamples } from './compared-samples.ts';
import { judgedRows } from './judged-rows.ts';
import type { ReportFacts, ReportRows, ScoreFacts } from './report-facts.ts';
import { runFiles } from './run-files.ts';
import { atMost, columnsOf, firstRows, placesAmong, spacedRows, tableOf } from './table-of.ts';
import { unlikelyRows } from './unlikely-rows.ts';

/** What to look at, and how closely. */
export interface GatherOptions {
  /** The argument DATA. */
  readonly data: string;
  readonly seed: Seed;
  /** How many samples of the model are drawn. */
  readonly samples: number;
  /** How many of the least likely rows are looked at. */
  readonly top: number;
  /** Whether the rows are points that were drawn anew. */
  readonly isDrawn: boolean;
  /** What was guessed of the file. */
  readonly notes: readonly string[];
  readonly signal: AbortSignal;
}

/** More rows, or samples, than these are not drawn. */
const rowsDrawn = 5000;
/** More rows than these are not judged by; each of a conditional model has samples of its own. */
const rowsJudged = { whole: 20_000, given: 1000 };

const scoreFacts = (scores: Float32Array): ScoreFacts => {
  const { mean, standardError, median, trimmedMean, count } = rowStatistics(scores);
  return { nll: -mean, standardError, median: -median, trimmedMean: -trimmedMean, count };
};

/** All that a report of a model on rows says, in numbers, and what its pictures show. */
export async function gatherFacts(
  stored: StoredModel,
  rows: ModelRows,
  { data, seed, samples: wanted, top, isDrawn, notes: guessed, signal }: GatherOptions,
): Promise<{ readonly facts: ReportFacts; readonly drawn: ReportRows }> {
  const { model, notes, path } = stored;
  const size = sizeOf(model.eventShape);
  const context = notes.context ?? [];
  const names = columnNames(context);
  const isMixed = isMixedModel(model);
  // As the table was cut, with all of its columns.
  const table = rows.context ? joinContext(stored, rows) : rows;
  const judgement = judgedRows(stored, table, data, isDrawn);
  const judgedTable = atMost(judgement.judged, rowsJudged[rows.context ? 'given' : 'whole'], fold(seed, 'judged'));
  const whole = tableOf(judgedTable);
  const judged = cutContext(judgedTable, names);
  const columns = notes.columns ?? Array.from({ length: size }, (_, i): Column => ({ name: `${i + 1}`, kind: 'real' }));
  const categories = [...columns, ...context].flatMap((column, i) => (isCategory(column) ? [i] : []));

  const rowScores = await scoreRows(stored, judged, { seed, signal });
  const found = await comparedSamples(stored, judged, rowScores, { samples: wanted, categories, seed, signal });
  const { samples, sampleScores, places, calibration } = found;
  const comparison = await compareDensities(judgement, whole, rowScores, {
    ...{
      columns: rows.context ? (table.columns ?? []) : columns,
      context: names,
      isMixed,
      seed: fold(seed, 'baselines'),
      signal,
    },
  });
  const origins = placesAmong(tableOf(table), whole);
  const unlikely = await unlikelyRows(
    stored,
    {
      rows: judged,
      scores: rowScores,
      places: origins,
      samples: firstRows(samples, rowsDrawn),
      lessLikely: found.lessLikely,
    },
    { top, seed, signal },
  );
  const { training, history } = runFiles(path);
  const again = judgement.seen && haveDensity(columns, isMixed) ? judgement.seen : null;
  const warnings = [
    ...unknownCategoryWarnings(stored, rows),
    ...scoreWarnings(rowScores, { nameOf: (row) => `row ${(origins[row] as number) + 1} of the data` }),
    ...(again ? seenRowWarnings(rowScores, whole, tableOf(again)) : []),
    ...comparison.warnings,
  ];
  const codes = new Set(warnings.map(({ code }) => code));
  const facts: ReportFacts = {
    ...{ model: path, data, trainedOn: notes.data, flow: notes.flow, writtenBy: notes.writtenBy },
    parameters: countParams(model.layout, { trainable: true }),
    ...{ rowsRead: rows.count, rowsSeen: judgement.seen?.count ?? null, rowsAre: judgement.are },
    ...{ columns, context, notes: guessed, training, history, samples: samples.count, unlikely },
    scores: scoreFacts(rowScores),
    coverage: coverage(places.samples, places.rows),
    calibration: calibration.map(({ distance, pValue }) => ({ distance, pValue })),
    energy: found.energy,
    ...{ compared: comparison.compared, notCompared: comparison.notCompared },
    warnings: [...(training?.warnings ?? []).filter(({ code }) => !codes.has(code)), ...warnings],
  };
  return {
    facts,
    drawn: {
      rows: columnsOf(tableOf(atMost(cutContext(table, names), rowsDrawn, fold(seed, 'drawn')))),
      samples: columnsOf(spacedRows(samples, rowsDrawn)),
      ...{ rowScores, sampleScores, places, transforms: calibration.map(({ transforms }) => transforms) },
    },
  };
}
