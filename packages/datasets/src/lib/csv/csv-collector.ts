import { DiffeoError } from '@diffeo/core';
import type { CsvColumns } from './csv-columns.ts';
import { csvNumber, hasDecimalComma } from './csv-number.ts';
import type { CsvSettings, Table } from './csv-options.ts';
import { spreadTracker } from './spread-tracker.ts';

/** Takes records and gives a table. */
export interface CsvCollector {
  add(fields: readonly string[], line: number): void;
  table(): Table;
}

const choose = 'Choose the columns to take: --columns a,b in the command, the columns option in code.';

/** Turns records into float32 rows, checking each field; errors name line and column. */
export function csvCollector({ names, at, width, hasHeader }: CsvColumns, settings: CsvSettings): CsvCollector {
  const { source, missing, isMissing } = settings;
  const size = at.length;
  const row = new Float64Array(size);
  const spread = spreadTracker(names, source);
  let values = new Float32Array(1024 * size);
  let count = 0;
  let dropped = 0;

  function refuseText(field: string, line: number, column: string, fields: readonly string[]): never {
    const numeric = names.filter((_, i) => csvNumber(fields[at[i] as number] as string) !== null);
    const shown = field.length > 40 ? `${field.slice(0, 40)}…` : field;
    const hint = hasDecimalComma(field) ? ' Write numbers with a decimal point and nothing between thousands.' : '';
    if (numeric.length === 0 && count === 0) {
      throw new DiffeoError(
        'CSV_NO_NUMBERS',
        `${source}, line ${line}: no column holds numbers; column '${column}' has '${shown}'. A flow learns from numbers.${hint}`,
      );
    }
    const others = numeric.length > 0 ? ` Columns with numbers in this line: ${numeric.join(',')}.` : '';
    throw new DiffeoError(
      'CSV_TEXT',
      `${source}, line ${line}, column '${column}': expected a number, got '${shown}'.${hint} ${choose}${others}`,
    );
  }

  /** Fills `row`; false when the row is to be dropped. */
  function read(fields: readonly string[], line: number): boolean {
    for (let i = 0; i < size; i++) {
      const field = fields[at[i] as number] as string;
      const column = names[i] as string;
      if (isMissing(field)) {
        if (missing === 'drop') return false;
        throw new DiffeoError(
          'CSV_MISSING',
          `${source}, line ${line}, column '${column}': the value is missing${field ? ` ('${field}')` : ''}. Fill it in, take other columns, or leave such rows out: --missing drop in the command, missing: 'drop' in code.`,
        );
      }
      const value = csvNumber(field) ?? refuseText(field, line, column, fields);
      if (!Number.isFinite(Math.fround(value))) {
        throw new DiffeoError(
          'CSV_NOT_FINITE',
          `${source}, line ${line}, column '${column}': '${field}' is infinite in float32, which ends at 3.4e38. Remove the row or change the unit.`,
        );
      }
      row[i] = value;
    }
    return true;
  }

  return {
    add(fields, line) {
      if (fields.length !== width) {
        const got = fields.length === 1 ? '1 field' : `${fields.length} fields`;
        throw new DiffeoError(
          'CSV_RAGGED',
          `${source}, line ${line}: this row has ${got} and the ${hasHeader ? 'header' : 'first row'} has ${width}. Mend the line; if the fields are divided otherwise, set the delimiter.`,
        );
      }
      if (!read(fields, line)) {
        dropped++;
        return;
      }
      if ((count + 1) * size > values.length) {
        const larger = new Float32Array(2 * values.length);
        larger.set(values);
        values = larger;
      }
      values.set(row, count * size);
      count++;
      spread.add(row);
    },
    table() {
      if (count === 0) {
        const why = dropped > 0 ? `a value is missing in each of its ${dropped} rows` : 'it ends after the header';
        throw new DiffeoError('CSV_EMPTY', `${source} has no rows to learn from: ${why}.`);
      }
      spread.check();
      return { values: values.slice(0, count * size), count, eventShape: [size], columns: names, dropped };
    },
  };
}
