import { bitsPerDim, DiffeoError } from '@diffeo/core';
import { rowStatistics, scoreWarnings } from '@diffeo/trainer';
import type { RowsOptions } from '../data/data-source.ts';
import { rowsForModel } from '../data/rows-for-model.ts';
import { readModel } from '../model/read-model.ts';
import { csvHeader, csvRows } from '../terminal/csv-text.ts';
import { finiteOrNull } from '../terminal/finite-or-null.ts';
import { type ResultSink, resultSink } from '../terminal/result-sink.ts';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import type { ScoreReport } from './score-report.ts';
import { scoreRows } from './score-rows.ts';

/** What `diffeo score` was asked to do. */
export interface ScoreOptions extends RowsOptions {
  readonly model: string;
  readonly out: string | undefined;
  readonly json: boolean;
  /** Draws of the noise that each score is made of. */
  readonly draws: number;
}

/** How many lines go out at once. */
const lines = 8192;

async function writeScores(scores: Float32Array, sink: ResultSink): Promise<void> {
  await sink.write(csvHeader(['logProb']));
  for (let at = 0; at < scores.length; at += lines) await sink.write(csvRows(scores.subarray(at, at + lines), [{}]));
  sink.finish();
}

/**
 * Scores rows under a model: the log-likelihood of each as CSV, in the order of the rows, and their mean on stderr; or,
 * with `json`, the mean as an object on stdout, and the CSV only if `out` says where.
 */
export async function score({ model: path, out, json, draws, ...options }: ScoreOptions): Promise<void> {
  const { seed, signal } = options;
  const stored = await readModel(path);
  if (draws > 1 && !stored.model.dequantizes) {
    throw new DiffeoError(
      'USAGE',
      `--draws is for models of dequantized data, and ${path} is none: it has no noise to draw`,
    );
  }
  // Opened first, so that a path that cannot be written is refused before the work.
  const sink = json && out === undefined ? null : resultSink(out);
  let scores: Float32Array;
  try {
    scores = await scoreRows(stored, await rowsForModel(stored, options), { seed, signal, draws });
    if (sink) await writeScores(scores, sink);
  } finally {
    sink?.close();
  }

  const { mean, standardError, median, trimmedMean, count } = rowStatistics(scores);
  const warnings = scoreWarnings(scores);
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
      warnings,
    };
    await printResult(`${JSON.stringify(report)}\n`);
    return;
  }
  const error = Number.isNaN(standardError) ? '' : ` ± ${standardError.toFixed(4)}`;
  const perDimension = bits === null ? '' : `, ${bits.toFixed(4)} bits per dimension`;
  say(`mean log-likelihood ${mean.toFixed(4)}${error} nats over ${count} rows${perDimension}`);
}
