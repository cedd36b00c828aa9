import { bitsPerDim, sizeOf } from '@diffeo/core';
import { takeRows, toTensor } from '@diffeo/datasets';
import { meanOf, reconstruct as rebuild } from '@diffeo/trainer';
import type { RowsOptions } from '../data/data-source.ts';
import { rowsForModel } from '../data/rows-for-model.ts';
import { readModel, requireOneFlow, type StoredModel } from '../model/read-model.ts';
import { scoreRows } from '../score/score-rows.ts';
import { stopIfCancelled } from '../terminal/interruption.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { requireImages } from './image-model.ts';
import { requirePng, type SheetFile, sheetFile } from './sheet-file.ts';

/** What `diffeo reconstruct` was asked to do. */
export interface ReconstructOptions extends Omit<RowsOptions, 'count'> {
  readonly model: string;
  readonly images: NonNullable<RowsOptions['images']>;
  /** How many images to take, from the first on. */
  readonly limit: number;
  readonly out: string | undefined;
  readonly json: boolean;
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

/** Takes the images to their latents and back, and draws them above what came back where there is a sheet. */
async function rebuildImages(
  stored: StoredModel,
  { limit, ...options }: Pick<ReconstructOptions, 'limit'> & RowsOptions,
  sheet: SheetFile | null,
): Promise<Omit<ReconstructReport, 'model' | 'data'>> {
  const { seed, signal } = options;
  const one = requireOneFlow(stored, 'reconstruct');
  const all = await rowsForModel(stored, options);
  const rows = takeRows(
    all,
    Array.from({ length: Math.min(limit, all.count) }, (_, i) => i),
  );
  const columns = Math.min(shown, rows.count);
  sheet?.requireRoom(2 * columns, columns);
  await stopIfCancelled(signal);
  const x = toTensor(rows);
  const { values, exact, largestError } = await rebuild(one.model, one.params, x, { noise: seed });
  x.dispose();
  const mean = meanOf(await scoreRows(stored, rows, { seed, signal }));
  const size = columns * sizeOf(rows.eventShape);
  sheet?.draw(Float32Array.from([...rows.values.subarray(0, size), ...values.subarray(0, size)]), columns);
  return { count: rows.count, exact, largestError, bitsPerDim: bitsPerDim(stored.model, -mean) };
}

/** Takes images to their latents and back, counts what comes back exactly, and draws originals above what came back. */
export async function reconstruct({ model: path, out, json, ...options }: ReconstructOptions): Promise<void> {
  const png = out === undefined ? null : requirePng(out);
  const stored = await readModel(path);
  const bins = requireImages(stored);
  const sheet = png === null ? null : sheetFile(png, { eventShape: stored.model.eventShape, bins });
  let found: Omit<ReconstructReport, 'model' | 'data'>;
  try {
    found = await rebuildImages(stored, { ...options, count: undefined }, sheet);
  } finally {
    sheet?.close();
  }
  const report: ReconstructReport = { model: path, data: options.data, ...found };
  const { count, exact, largestError, bitsPerDim: bits } = report;
  await printResult(
    json
      ? `${JSON.stringify(report)}\n`
      : `${count} images: ${(100 * exact).toFixed(4)} % of the numbers came back exactly, none more than ${largestError} away; ${bits.toFixed(4)} bits per dimension\n`,
  );
}
