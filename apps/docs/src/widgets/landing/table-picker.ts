import type { DataSource } from '../../live/protocol.ts';
import type { CsvAnswer } from './csv-worker.ts';
import { leastRows } from './packed-table.ts';

/** So many rows are trained on at most. */
const mostRows = 50_000;

/** Reads a file in a worker of its own. */
export function readTable(file: File): Promise<CsvAnswer> {
  const worker = new Worker(new URL('./csv-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<CsvAnswer>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<CsvAnswer>) => resolve(data));
    worker.addEventListener('error', ({ message }) => resolve({ refusal: message || 'The file could not be read.' }));
    worker.postMessage(file);
  }).finally(() => worker.terminate());
}

/** Two columns of a table; or why they cannot be trained on. */
export function columnsOf(
  { columns, values, count }: Exclude<CsvAnswer, { refusal: string }>,
  chosen: readonly [number, number],
): DataSource | { readonly refusal: string } {
  if (count < leastRows) return { refusal: `The file has ${count} rows; ${leastRows} are the least.` };
  const size = columns.length;
  const rows = Math.min(count, mostRows);
  const taken: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (const column of chosen) taken.push(values[row * size + column] as number);
  }
  for (const [i, column] of chosen.entries()) {
    const isConstant = taken.every((value, at) => at % 2 !== i || value === taken[i]);
    if (isConstant) return { refusal: `Every number of '${columns[column]}' is the same, so it has no density.` };
  }
  return {
    kind: 'table',
    values: taken,
    columns: [columns[chosen[0]] as string, columns[chosen[1]] as string],
  };
}

/** Asks which two columns to take. */
export function askColumns(
  form: HTMLFormElement,
  columns: readonly string[],
  onChosen: (chosen: readonly [number, number]) => void,
): void {
  form.replaceChildren();
  const selects = [0, 1].map((selected) => {
    const label = document.createElement('label');
    const select = document.createElement('select');
    for (const [i, column] of columns.entries())
      select.add(new Option(column, String(i), i === selected, i === selected));
    label.append(selected === 0 ? 'Across ' : 'Up ', select);
    form.append(label);
    return select;
  });
  const chosen = (): readonly [number, number] => [Number(selects[0]?.value), Number(selects[1]?.value)];
  form.onchange = () => onChosen(chosen());
  form.onsubmit = (event) => event.preventDefault();
  form.hidden = false;
  onChosen(chosen());
}
