import { bitsPerDim, sizeOf } from '@diffeo/core';
import { takeRows, toTensor } from '@diffeo/datasets';
import { reconstruct as rebuild } from '@diffeo/trainer';
import { requireImages, requirePng, writeSheet } from './image-model.ts';
import { stopIfCancelled } from './interruption.ts';
import { meanAndError } from './mean-and-error.ts';
import { readModel } from './read-model.ts';
import { type RowsOptions, rowsForModel } from './rows-for-model.ts';
import { scoreRows } from './score-rows.ts';
import { printResult } from './standard-streams.ts';

/** What `diffeo reconstruct` was asked to do. */
export interface ReconstructOptions extends Omit<RowsOptions, 'count'> {
  readonly model: string;
  /** How many images to take, from the first on. */
  readonly images: NonNullable<RowsOptions['images']>;
  readonly limit: number;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** What it found, as `--json` prints it. */
export interface ReconstructReport {
  readonly model: string;
  readonly data: string;
  readonly count: number;
  /** The share of numbers that came back exactly. */
  readonly exact: number;
  readonly largestError: number;
  readonly bitsPerDim: number;
}

const shown = 16;

/** Takes images to their latents and back, counts what comes back exactly, and draws originals above what came back. */
export async function reconstruct({
  model: path,
  limit,
  out,
  json,
  signal,
  ...options
}: ReconstructOptions): Promise<void> {
  const sheet = out === undefined ? null : requirePng(out);
  const stored = await readModel(path);
  const levels = requireImages(stored);
  const all = await rowsForModel(stored, { ...options, count: undefined });
  const rows = takeRows(
    all,
    Array.from({ length: Math.min(limit, all.count) }, (_, i) => i),
  );
  await stopIfCancelled(signal);
  const x = toTensor(rows);
  const { values, exact, largestError } = await rebuild(stored.model, stored.params, x, { noise: options.seed });
  x.dispose();
  const { mean } = meanAndError(await scoreRows(stored, rows, { seed: options.seed, signal }));

  if (sheet !== null) {
    const columns = Math.min(shown, rows.count);
    const size = columns * sizeOf(rows.eventShape);
    const both = Float32Array.from([...rows.values.subarray(0, size), ...values.subarray(0, size)]);
    writeSheet(sheet, { values: both, eventShape: rows.eventShape }, { levels, columns });
  }
  const report: ReconstructReport = {
    ...{ model: path, data: options.data, count: rows.count, exact, largestError },
    bitsPerDim: bitsPerDim(stored.model, -mean),
  };
  await printResult(
    json
      ? `${JSON.stringify(report)}\n`
      : `${rows.count} images: ${(100 * exact).toFixed(4)} % of the numbers came back exactly, none more than ${largestError} away; ${report.bitsPerDim.toFixed(4)} bits per dimension\n`,
  );
}
