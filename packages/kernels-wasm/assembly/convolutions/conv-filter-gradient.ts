import { pack, packedColumns, panelWidth } from '../memory/pack';
import { tileBytes } from '../simd/tile';
import { convColumns } from './conv-columns';
import { convColumnsSkinny } from './conv-columns-skinny';
import { tiledColumns } from './conv-filter-pack';
import { copySeen, groupSize, runsAt, seenBytes, tableBytes, writeTables } from './conv-patches';
import { ConvShape, groupImages, groupRows, patchSize, runCount, runLength } from './conv-shape';

function empty(s: ConvShape): bool {
  return s.images * s.outHeight * s.outWidth * s.outChannels * patchSize(s) == 0;
}

/** How many bytes of scratch `convFilterGradient` takes. */
export function convFilterGradientScratch(shape: usize): usize {
  const s = changetype<ConvShape>(shape);
  if (empty(s)) return 0;
  return tableBytes(s) + seenBytes(s) + tileBytes + 4 * packedColumns(tiledColumns(s.outChannels)) * groupSize(s);
}

/**
 * The gradient of `conv`'s filter, [filterHeight, filterWidth, channels, outChannels].
 *
 * @param shape the address of the `ConvShape` of the convolution
 * @param dy the gradient of what it made
 * @param scratch `convFilterGradientScratch` bytes
 */
export function convFilterGradient(shape: usize, x: usize, dy: usize, dFilter: usize, scratch: usize): void {
  const s = changetype<ConvShape>(shape);
  const columns = s.outChannels;
  if (empty(s)) {
    memory.fill(dFilter, 0, 4 * patchSize(s) * columns);
    return;
  }
  const seen = scratch + tableBytes(s);
  const edge = seen + seenBytes(s);
  const panels = edge + tileBytes;
  writeTables(s, scratch);
  const together = groupImages(s);
  const rowsTogether = groupRows(s);
  let from = dy;
  for (let image: usize = 0; image < s.images; image += together) {
    const images = min(together, s.images - image);
    for (let first: usize = 0; first < s.outHeight; first += rowsTogether) {
      const rows = min(rowsTogether, s.outHeight - first);
      const pixels = images * rows * s.outWidth;
      copySeen(s, x + 4 * image * s.height * s.width * s.channels, images, first, rows, seen);
      pack(from, 4 * columns, 4, pixels, tiledColumns(columns), panels);
      addGroup(s, seen, scratch, pixels, from, panels, dFilter, image + first > 0, edge);
      from += 4 * pixels * columns;
    }
  }
}

/** Adds what a group of pixels has to say about the filter. */
function addGroup(
  s: ConvShape,
  seen: usize,
  tables: usize,
  pixels: usize,
  dy: usize,
  panels: usize,
  dFilter: usize,
  add: bool,
  edge: usize,
): void {
  const columns = s.outChannels;
  const tiled = tiledColumns(columns);
  const step: usize = 4 * columns;
  const length = runLength(s);
  const runs = tables + runsAt(s);
  for (let j: usize = 0; j < tiled; j += 32) {
    const width = panelWidth(tiled - j);
    const given = min(width, tiled - j);
    const panel = panels + 4 * j * pixels;
    for (let run: usize = 0; run < runCount(s); run++) {
      const a = seen + load<u32>(runs + 4 * run);
      const target = dFilter + run * length * step + 4 * j;
      convColumns(a, tables, length, pixels, panel, 4 * width, given, target, step, add, edge);
    }
  }
  for (let run: usize = 0; run < runCount(s); run++) {
    const a = seen + load<u32>(runs + 4 * run);
    const target = dFilter + run * length * step + 4 * tiled;
    convColumnsSkinny(a, tables, length, pixels, dy + 4 * tiled, step, columns - tiled, target, step, add);
  }
}
