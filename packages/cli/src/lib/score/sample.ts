import { DiffeoError, fold, type Seed, sizeOf } from '@diffeo/core';
import { type Column, columnNames, onSteps } from '@diffeo/datasets';
import { isMixedModel } from '@diffeo/tables';
import { sample as draw, rowsTogether } from '@diffeo/trainer';
import { requireImages } from '../images/image-model.ts';
import { sheetFile } from '../images/sheet-file.ts';
import { readModel, type StoredModel } from '../model/read-model.ts';
import { stopIfCancelled } from '../terminal/interruption.ts';
import { type ResultPlace, resultTable } from '../terminal/result-table.ts';
import { sampleMixed } from './sample-mixed.ts';
import { withinDates } from './within-dates.ts';

/** What `diffeo sample` was asked to do. */
export interface SampleOptions extends ResultPlace {
  readonly model: string;
  readonly count: number;
  /** One, or several for a sheet of images, each a row of them. */
  readonly temperatures: readonly number[];
  /** Images in a row of a sheet. */
  readonly columns: number | undefined;
  /** Columns and their values that samples are drawn given, such as `species=Adelie`. */
  readonly given: readonly string[] | undefined;
  /** A file of such values. */
  readonly contexts: string | undefined;
  readonly seed: Seed;
  readonly signal: AbortSignal;
}

/** The columns of a file without a header are called 1, 2, 3 …, which says nothing: no header then either. */
const areOrdinals = (columns: readonly string[]): boolean => columns.every((name, i) => name === `${i + 1}`);

/** How many images are drawn between two looks at the signal. */
const imagesTogether = 1024;

/** Draws images from a model, the same noise at each temperature, as one PNG. */
async function sampleSheet(
  stored: StoredModel,
  { count, temperatures, columns, seed, out, signal }: SampleOptions & { readonly out: string },
): Promise<void> {
  const { model, params } = stored;
  const { eventShape } = model;
  const sheet = sheetFile(out, { eventShape, bins: requireImages(stored) });
  try {
    const inRow = columns ?? (temperatures.length > 1 ? count : Math.ceil(Math.sqrt(count)));
    sheet.requireRoom(count * temperatures.length, inRow);
    const values = new Float32Array(count * temperatures.length * sizeOf(eventShape));
    for (const [row, temperature] of temperatures.entries()) {
      for (let drawn = 0; drawn < count; drawn += imagesTogether) {
        await stopIfCancelled(signal);
        const chunk = { count: Math.min(imagesTogether, count - drawn), seed: fold(seed, drawn), temperature };
        values.set(await draw(model, params, chunk), (row * count + drawn) * sizeOf(eventShape));
      }
    }
    sheet.draw(values, inRow);
  } finally {
    sheet.close();
  }
}

/**
 * Draws samples from a model and writes them as a table, under the names of the columns that it was trained on. Of two runs
 * with one seed, the shorter is the beginning of the longer. Into a PNG file go images, as a sheet.
 */
export async function sample(options: SampleOptions): Promise<void> {
  const { model: path, count, temperatures, seed, out, signal } = options;
  const stored = await readModel(path);
  const { model, params, notes } = stored;
  const isMixed = isMixedModel(model);
  if (!isMixed && (options.given || options.contexts !== undefined)) {
    const option = options.given ? '--given' : '--contexts';
    throw new DiffeoError('USAGE', `${option} is for models of mixed tables, and ${path} is of another kind`);
  }
  if (model.contextShape && !isMixed) {
    throw new DiffeoError('CONTEXT', `${path} is conditional: it takes a context, which this command cannot give`);
  }
  if (out !== undefined && /\.png$/i.test(out)) {
    if (options.format !== undefined) {
      throw new DiffeoError('USAGE', '--format is for tables, and --out says to draw a sheet of images');
    }
    await sampleSheet(stored, { ...options, out });
    return;
  }
  const [temperature, ...more] = temperatures as [number, ...number[]];
  if (more.length > 0 || options.columns !== undefined) {
    const option = more.length > 0 ? '--temperature takes several numbers' : '--columns is';
    throw new DiffeoError('USAGE', `${option} for sheets of images alone: --out sheet.png`);
  }
  if (isMixed) {
    if (temperature !== 1)
      throw new DiffeoError('USAGE', `--temperature is for models of numbers, and ${path} is of a mixed table`);
    const table = resultTable(options);
    try {
      await sampleMixed(stored, options, table);
    } finally {
      table.close();
    }
    return;
  }
  const width = sizeOf(model.eventShape);
  const columns =
    notes.columns ?? Array.from({ length: width }, (_, i): Column => ({ name: `x${i + 1}`, kind: 'real' }));
  const table = resultTable(options);
  try {
    const batch = rowsTogether(model);
    for (let drawn = 0; drawn < count; drawn += batch) {
      await stopIfCancelled(signal);
      const size = Math.min(batch, count - drawn);
      const rows = async (count: number, own: Seed): Promise<Float32Array> => {
        const samples = model.sample(params, { count, seed: own, temperature });
        const values = (await samples.data()) as Float32Array;
        samples.dispose();
        return values;
      };
      const own = fold(seed, drawn);
      const values = await withinDates(await rows(size, own), columns, (count, attempt) =>
        rows(count, fold(own, `again ${attempt}`)),
      );
      // Not before the first rows are there: what a model refuses leaves no header behind.
      if (drawn === 0) await table.begin(columns, { header: !areOrdinals(columnNames(columns)) });
      await table.write(onSteps(values, columns));
    }
    await table.finish();
  } finally {
    table.close();
  }
}
