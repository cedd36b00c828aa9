import { DiffeoError, sameShape, sizeOf } from '@diffeo/core';
import { checkBins } from '@diffeo/datasets';
import { isMixedModel } from '@diffeo/tables';
import type { StoredModel } from '../model/read-model.ts';
import { standardInput } from '../terminal/standard-input.ts';
import type { RowsOptions, SourceRows } from './data-source.ts';
import { findData } from './find-data.ts';

/**
 * The rows that the data argument names, as the model takes them: of a CSV file, the columns whose names are saved with
 * the model. Throws `SHAPE` when they do not fit, `BINS` for numbers that a dequantizing model cannot take, and what
 * the CSV reader throws.
 */
export async function rowsForModel(stored: StoredModel, options: RowsOptions): Promise<SourceRows> {
  const { model, path } = stored;
  const { data, csv } = options;
  if (model.contextShape && !isMixedModel(model)) {
    throw new DiffeoError('CONTEXT', `${path} is conditional: it takes a context, which this command cannot give`);
  }
  if (data === standardInput && path === standardInput) {
    throw new DiffeoError('USAGE', 'model and data cannot both come from standard input: name a file for one of them');
  }
  const rows = await findData(data, csv).rows(stored, options);
  const [dimensions, width] = [sizeOf(model.eventShape), sizeOf(rows.eventShape)];
  const bothImages = model.eventShape.length === 3 && rows.eventShape.length === 3;
  if (bothImages && !sameShape(model.eventShape, rows.eventShape)) {
    const of = (shape: readonly number[]) => shape.join(' × ');
    throw new DiffeoError(
      'SHAPE',
      `${path} takes images of ${of(model.eventShape)}, and ${data} has images of ${of(rows.eventShape)}`,
    );
  }
  if (width !== dimensions) {
    throw new DiffeoError('SHAPE', `${path} takes rows of ${dimensions} numbers, and ${data} has rows of ${width}`);
  }
  const { bins } = model.dequantizer ?? {};
  if (bins !== undefined) checkBins(rows, bins);
  return { ...rows, eventShape: model.eventShape };
}
