import { activate, relu } from '../layers/activation';
import { packedColumns, panelWidth } from '../memory/pack';
import { tileBytes } from '../simd/tile';
import { convDots } from './conv-dots';
import { packedBytes, packTaps, tiledColumns } from './conv-filter-pack';
import { copySeen, runsAt, seenBytes, tableBytes, writeTables } from './conv-patches';
import { convRows } from './conv-rows';
import { ConvShape, groupImages, groupRows, patchSize, runCount, runLength } from './conv-shape';

/** So many rows of a panel stay in the first-level cache. */
const block: usize = 256;

function empty(s: ConvShape): bool {
  return s.images * s.outHeight * s.outWidth * s.outChannels == 0;
}

/** How many bytes of scratch `conv` takes. */
export function convScratch(shape: usize): usize {
  const s = changetype<ConvShape>(shape);
  if (empty(s)) return 0;
  const packed = packedBytes(s.filterHeight * s.filterWidth, s.channels, s.outChannels);
  return tableBytes(s) + seenBytes(s) + tileBytes + 4 * packedColumns(s.outChannels) + packed;
}

/**
 * out = activation(x ∗ filter + bias), [images, outHeight, outWidth, outChannels].
 *
 * @param shape the address of a `ConvShape`
 * @param filter [filterHeight, filterWidth, channels, outChannels]; `backwards`, […, outChannels, channels] and both
 *   heights and widths from the last to the first
 * @param bias [outChannels], or 0 for none
 * @param scratch `convScratch` bytes
 */
export function conv(
  shape: usize,
  x: usize,
  filter: usize,
  backwards: bool,
  bias: usize,
  out: usize,
  activation: u32,
  slope: f32,
  scratch: usize,
): void {
  const s = changetype<ConvShape>(shape);
  if (empty(s)) return;
  const columns = s.outChannels;
  const rectify = activation == relu;
  const seen = scratch + tableBytes(s);
  const edge = seen + seenBytes(s);
  const begin = edge + tileBytes;
  const panels = begin + 4 * packedColumns(columns);
  memory.fill(begin, 0, 4 * packedColumns(columns));
  if (bias) memory.copy(begin, bias, 4 * columns);
  packTaps(filter, s.filterHeight * s.filterWidth, s.channels, columns, backwards, panels);
  writeTables(s, scratch);
  const together = groupImages(s);
  const rowsTogether = groupRows(s);
  let to = out;
  for (let image: usize = 0; image < s.images; image += together) {
    const images = min(together, s.images - image);
    for (let first: usize = 0; first < s.outHeight; first += rowsTogether) {
      const rows = min(rowsTogether, s.outHeight - first);
      const pixels = images * rows * s.outWidth;
      copySeen(s, x + 4 * image * s.height * s.width * s.channels, images, first, rows, seen);
      tiles(s, seen, scratch, pixels, panels, begin, to, rectify, edge);
      dots(s, seen, scratch, pixels, panels, begin, to, rectify);
      to += 4 * pixels * columns;
    }
  }
  if (!rectify) activate(out, s.images * s.outHeight * s.outWidth * columns, activation, slope);
}

/** Every panel with every block of the patches. */
function tiles(
  s: ConvShape,
  seen: usize,
  tables: usize,
  pixels: usize,
  panels: usize,
  begin: usize,
  to: usize,
  rectify: bool,
  edge: usize,
): void {
  const columns = tiledColumns(s.outChannels);
  const cStep: usize = 4 * s.outChannels;
  const length = runLength(s);
  const runs = runCount(s);
  const runTable = tables + runsAt(s);
  // A block is several short runs, or an even part of a long one.
  const together = min(runs, max<usize>(1, block / max<usize>(1, length)));
  const parts = max<usize>(1, (length + block - 1) / block);
  const part = max<usize>(1, (length + parts - 1) / parts);
  for (let j: usize = 0; j < columns; j += 32) {
    const width = panelWidth(columns - j);
    const given = min(width, columns - j);
    const step: usize = 4 * width;
    let lines = panels + 4 * j * patchSize(s);
    for (let run: usize = 0; run < runs; run += together) {
      const count = min(together, runs - run);
      for (let from: usize = 0; from == 0 || from < length; from += part) {
        const depth = min(part, length - from);
        const add = run + from > 0;
        const last = rectify && run + count == runs && from + part >= length;
        const table = runTable + 4 * run;
        const target = to + 4 * j;
        const start = begin + 4 * j;
        const a = seen + 4 * from;
        convRows(a, tables, pixels, table, count, depth, lines, step, given, start, target, cStep, add, last, edge);
        lines += count * depth * step;
      }
    }
  }
}

/** The columns that no panel has. */
function dots(
  s: ConvShape,
  seen: usize,
  tables: usize,
  pixels: usize,
  panels: usize,
  begin: usize,
  to: usize,
  rectify: bool,
): void {
  const tiled = tiledColumns(s.outChannels);
  const ones = panels + 4 * packedColumns(tiled) * patchSize(s);
  const runs = tables + runsAt(s);
  const rest = s.outChannels - tiled;
  const start = begin + 4 * tiled;
  const target = to + 4 * tiled;
  convDots(
    seen,
    tables,
    pixels,
    runs,
    runCount(s),
    runLength(s),
    ones,
    rest,
    start,
    target,
    4 * s.outChannels,
    rectify,
  );
}
