import { DiffeoError, isDiffeoError, type Seed, sameShape, sizeOf } from '@diffeo/core';
import { type CsvOptions, checkBins, columnNames, type Dataset, refusalOf } from '@diffeo/datasets';
import { hasPictures, imageOption, readImageSource } from '../images/image-data.ts';
import { sayLeftOut } from '../images/picture-folder.ts';
import type { StoredModel } from '../model/read-model.ts';
import { standardInput } from '../terminal/standard-input.ts';
import { findData } from './data-source.ts';
import { readDigitRows, readTable } from './read-rows.ts';
import { heldOutPoints, splitImageRows } from './training-data.ts';

/** What rows to read for a model. */
export interface RowsOptions {
  readonly data: string;
  readonly seed: Seed;
  /** How many points of a toy. */
  readonly count: number | undefined;
  readonly csv: CsvOptions;
  /** Which of images: all of a file, and the published test part, unless it says so. */
  readonly images?: {
    readonly folder: string | undefined;
    readonly bits: number | undefined;
    readonly size?: readonly [height: number, width: number] | undefined;
    /** A part, as `train` split them for this model. */
    readonly part?: 'train' | 'validation' | 'held-out' | undefined;
  };
  /** Ends reading, of pictures and of what is downloaded. */
  readonly signal: AbortSignal;
}

async function readRows(
  stored: StoredModel,
  { data, seed, count, csv, images, signal }: RowsOptions,
): Promise<Dataset> {
  const { notes, model } = stored;
  if (data === standardInput && stored.path === standardInput) {
    throw new DiffeoError('USAGE', 'model and data cannot both come from standard input: name a file for one of them');
  }
  const source = findData(data, csv);
  if (source.kind === 'images' || (source.kind === 'digits' && model.eventShape.length === 3)) {
    if (count !== undefined) throw new DiffeoError('USAGE', `--count is for toy densities, and ${data} is none`);
    const { folder, bits, part } = images ?? { folder: undefined, bits: undefined };
    // Pictures are brought to the size that the model takes, unless another is asked for.
    const [height = 0, width = 0] = model.eventShape;
    const size = images?.size ?? (hasPictures(source) ? ([height, width] as const) : undefined);
    const read = await readImageSource(
      source,
      { folder, bits, size },
      { signal, check: ({ others }) => sayLeftOut(others) },
    );
    if (part === undefined) return read.test ?? read.images;
    const parts = splitImageRows(read, data, notes.split ?? { seed, limit: undefined, heldOut: undefined });
    return part === 'held-out' ? parts.heldOut : parts[part];
  }
  const unused = (images && imageOption(images)) ?? (images?.part && '--part');
  if (unused !== undefined) throw new DiffeoError('USAGE', `${unused} is for images, and '${data}' is none`);
  if (source.kind === 'toy') return heldOutPoints(source.toy, seed, count);
  if (count !== undefined) throw new DiffeoError('USAGE', `--count is for toy densities, and ${data} is none`);
  if (source.kind === 'digits') return await readDigitRows();
  const { columns } = notes;
  const known = {
    ...(columns && { columns: columnNames(columns), known: columns }),
    ...(notes.csv && { like: notes.csv }),
  };
  try {
    return await readTable(data, { take: 'all', missing: 'error', ...known, signal, ...csv });
  } catch (error) {
    throw csv.columns === undefined ? ofAllColumns(error) : error;
  }
}

/** A model takes all of its columns: advice to leave some out does not help. */
function ofAllColumns(error: unknown): unknown {
  const refusal = refusalOf(error);
  if (!refusal || !isDiffeoError(error)) return error;
  const helps = ({ columns, missing }: CsvOptions): boolean =>
    missing !== 'drop-columns' && (columns === undefined || `${columns[0]}`.startsWith(':'));
  const advice = refusal.advice
    .filter(helps)
    .map(({ exclude: _, ...rest }): CsvOptions => rest)
    .filter((options) => Object.keys(options).length > 0);
  return new DiffeoError(error.code, error.message, { cause: { ...refusal, advice } });
}

/**
 * The rows that the data argument names, as the model takes them: of a CSV file, the columns whose names are saved with
 * the model. Throws `SHAPE` when they do not fit, `BINS` for numbers that a dequantizing model cannot take, and what
 * the CSV reader throws.
 */
export async function rowsForModel(stored: StoredModel, options: RowsOptions): Promise<Dataset> {
  const { model, path } = stored;
  if (model.contextShape) {
    throw new DiffeoError('CONTEXT', `${path} is conditional: it takes a context, which this command cannot give`);
  }
  const rows = await readRows(stored, options);
  const [dimensions, width] = [sizeOf(model.eventShape), sizeOf(rows.eventShape)];
  const bothImages = model.eventShape.length === 3 && rows.eventShape.length === 3;
  if (bothImages && !sameShape(model.eventShape, rows.eventShape)) {
    const of = (shape: readonly number[]) => shape.join(' × ');
    throw new DiffeoError(
      'SHAPE',
      `${path} takes images of ${of(model.eventShape)}, and ${options.data} has images of ${of(rows.eventShape)}`,
    );
  }
  if (width !== dimensions) {
    throw new DiffeoError(
      'SHAPE',
      `${path} takes rows of ${dimensions} numbers, and ${options.data} has rows of ${width}`,
    );
  }
  const { bins } = model.dequantizer ?? {};
  if (bins !== undefined) checkBins(rows, bins);
  return { ...rows, eventShape: model.eventShape };
}
