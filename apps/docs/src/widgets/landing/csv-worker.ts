import { columnNames, parseCsv } from '@diffeo/datasets';

/** What a file holds: columns of numbers, or why not. */
export type CsvAnswer =
  | { readonly columns: readonly string[]; readonly values: Float32Array; readonly count: number }
  | { readonly refusal: string };

addEventListener('message', ({ data }: MessageEvent<File>) => {
  void answer(data).then((found) => postMessage(found));
});

async function answer(file: File): Promise<CsvAnswer> {
  try {
    const { values, count, columns } = await parseCsv(file.stream(), { missing: 'drop', source: file.name });
    if (columns.length < 2) return { refusal: 'The file has fewer than two columns of numbers.' };
    return { columns: columnNames(columns), values, count };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}
