import { arrowTypes } from './arrow-types.ts';
import { lie } from './flat-buffers.ts';

/** What flechette gives of a column, a batch at a time. */
interface Batch {
  readonly length: number;
  readonly type: { readonly typeId: number };
  readonly values?: unknown;
  readonly offsets?: unknown;
  readonly sizes?: unknown;
  readonly typeIds?: unknown;
  readonly stride?: unknown;
  readonly children?: readonly unknown[];
}

type Numbers = ArrayLike<number | bigint>;

/** A column without values may have so many rows. */
const maxEmptyRows = 2 ** 24;

const isNumbers = (list: unknown): list is Numbers => ArrayBuffer.isView(list) && 'length' in list;

const numbersOf = (list: unknown): Numbers => (isNumbers(list) ? list : []);

const numberAt = (numbers: Numbers, at: number): number => Number(numbers[at] ?? Number.NaN);

/** Ends of texts or lists never go back, nor past what they are of: flechette makes a list of what lies between two. */
function requireOffsets(offsets: Numbers, rows: number, most: number): void {
  if (rows + 1 > offsets.length) lie(`${rows} rows in a batch that holds fewer`);
  let before = 0;
  for (let row = 0; row <= rows; row++) {
    const end = numberAt(offsets, row);
    if (!(end >= before && end <= most)) lie(`a text or list that ends at ${end} of ${most}`);
    before = end;
  }
}

/** Lists that say where they begin and how long they are lie in what they are of. */
function requireViews(offsets: Numbers, sizes: Numbers, rows: number, most: number): void {
  for (let row = 0; row < rows; row++) {
    const [begin, size] = [numberAt(offsets, row), numberAt(sizes, row)];
    if (!(begin >= 0 && size >= 0 && begin + size <= most)) lie(`a list of ${size} from ${begin} of ${most}`);
  }
}

/** How many rows the numbers, bits, fields or runs of a batch are enough for. */
function mostRows({ type, values, typeIds, stride }: Batch, children: readonly Batch[]): number {
  const { length } = numbersOf(values);
  const shortest = Math.min(...children.map((child) => child.length));
  switch (type.typeId) {
    case arrowTypes.bool:
      return 8 * length;
    case arrowTypes.null:
      return maxEmptyRows;
    case arrowTypes.struct:
      return children.length === 0 ? maxEmptyRows : shortest;
    case arrowTypes.union:
      return numbersOf(typeIds).length;
    case arrowTypes.runEndEncoded: {
      const runs = numbersOf(children[0]?.values);
      return runs.length === 0 ? 0 : numberAt(runs, runs.length - 1);
    }
    case arrowTypes.fixedSizeList:
      return stride === 0 ? maxEmptyRows : shortest / Number(stride);
    case arrowTypes.fixedSizeBinary:
      return stride === 0 ? maxEmptyRows : length / Number(stride);
    case arrowTypes.binaryView:
    case arrowTypes.utf8View:
      return length / 16;
    default:
      return length;
  }
}

function requireBatch(batch: Batch): void {
  const { length: rows, type, values, offsets, sizes, children: given = [] } = batch;
  if (!(Number.isSafeInteger(rows) && rows >= 0)) lie(`a batch of ${rows} rows`);
  const children = given as readonly Batch[];
  for (const child of children) requireBatch(child);
  if (rows === 0) return;
  const most = children.length > 0 ? (children[0]?.length ?? 0) : numbersOf(values).length;
  if (sizes !== undefined) requireViews(numbersOf(offsets), numbersOf(sizes), rows, most);
  else if (offsets && type.typeId !== arrowTypes.union) requireOffsets(numbersOf(offsets), rows, most);
  else if (!(rows <= mostRows(batch, children))) lie(`${rows} rows in a batch that holds fewer`);
}

/** Refuses batches of more rows than their numbers, ends of texts, bits or fields are enough for, and lists that are longer than what they are of. */
export function requireRows(batches: readonly Batch[]): void {
  for (const batch of batches) requireBatch(batch);
}
