import { countParams, fold, type Seed, sizeOf } from '@diffeo/core';
import type { Column, Dataset } from '@diffeo/datasets';
import { columnCalibration, coverage, energyTest, isMixedModel, type TableRows, withGaps } from '@diffeo/tables';
import { rowStatistics, sample, scoreWarnings } from '@diffeo/trainer';
import type { StoredModel } from '../../model/read-model.ts';
import { scoreRows } from '../../score/score-rows.ts';
import { isCategory } from './cell-text.ts';
import { compareDensities } from './compare-densities.ts';
import { judgedRows } from './judged-rows.ts';
import type { ReportFacts, ReportRows, ScoreFacts } from './report-facts.ts';
import { runFiles } from './run-files.ts';
import { atMost, columnsOf, firstRows, placesAmong, tableOf } from './table-of.ts';
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
/** More rows than these are not judged by. */
const rowsJudged = 20_000;

const scoreFacts = (scores: Float32Array): ScoreFacts => {
  const { mean, standardError, median, trimmedMean, count } = rowStatistics(scores);
  return { nll: -mean, standardError, median: -median, trimmedMean: -trimmedMean, count };
};

/** All that a report of a model on rows says, in numbers, and what its pictures show. */
export async function gatherFacts(
  stored: StoredModel,
  rows: Dataset,
  { data, seed, samples, top, isDrawn, notes: guessed, signal }: GatherOptions,
): Promise<{ readonly facts: ReportFacts; readonly drawn: ReportRows }> {
  const { model, params, notes, path } = stored;
  const { eventShape } = model;
  const judgement = judgedRows(stored, rows, data, isDrawn);
  const judgedSet = atMost(judgement.judged, rowsJudged, fold(seed, 'judged'));
  const judged = tableOf(judgedSet);
  const columns =
    notes.columns ?? Array.from({ length: judged.size }, (_, i): Column => ({ name: `${i + 1}`, kind: 'real' }));
  const categories = columns.flatMap((column, i) => (isCategory(column) ? [i] : []));

  const rowScores = await scoreRows(stored, judgedSet, { seed, signal });
  const values = await sample(model, params, { count: samples, seed: fold(seed, 'samples') });
  const drawn: TableRows = { values: withGaps(values), count: samples, size: sizeOf(eventShape) };
  const sampleScores = await scoreRows(
    stored,
    { values, count: samples, eventShape },
    { seed: fold(seed, 'noise'), signal },
  );
  const calibration = columnCalibration(judged, drawn, { seed: fold(seed, 'ties') });
  const comparison = await compareDensities(judgement, judged, rowScores, {
    ...{ columns, isMixed: isMixedModel(model), seed: fold(seed, 'baselines'), signal },
  });
  const places = placesAmong(tableOf(rows), judged);
  const unlikely = await unlikelyRows(
    stored,
    { rows: judged, scores: rowScores, places, samples: firstRows(drawn, rowsDrawn), sampleScores },
    { top, seed, signal },
  );
  const { training, history } = runFiles(path);
  const found = [
    ...scoreWarnings(rowScores, { nameOf: (row) => `row ${(places[row] as number) + 1} of the data` }),
    ...comparison.warnings,
  ];
  const codes = new Set(found.map(({ code }) => code));
  const facts: ReportFacts = {
    ...{ model: path, data, trainedOn: notes.data, flow: notes.flow, writtenBy: notes.writtenBy },
    parameters: countParams(model.layout, { trainable: true }),
    ...{ rowsRead: rows.count, rowsSeen: judgement.seen?.count ?? null, rowsAre: judgement.are },
    ...{ columns, notes: guessed, training, history, samples, unlikely },
    scores: scoreFacts(rowScores),
    coverage: coverage(sampleScores, rowScores),
    calibration: calibration.map(({ distance, pValue }) => ({ distance, pValue })),
    energy: energyTest(judged, drawn, { categories, seed: fold(seed, 'energy') }),
    ...{ compared: comparison.compared, notCompared: comparison.notCompared },
    warnings: [...(training?.warnings ?? []).filter(({ code }) => !codes.has(code)), ...found],
  };
  return {
    facts,
    drawn: {
      rows: columnsOf(tableOf(atMost(rows, rowsDrawn, fold(seed, 'drawn')))),
      samples: columnsOf(firstRows(drawn, rowsDrawn)),
      ...{ rowScores, sampleScores, transforms: calibration.map(({ transforms }) => transforms) },
    },
  };
}
