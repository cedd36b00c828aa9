import { maskStep } from './mask';
import { sparseTapRows, tapPanel } from './sparse-rows';

// Convolutions whose one side has many zeros and whose other few channels, as the first and the last of a coupling's network:
// what a filter makes of a pixel, for all of its taps, are columns of a product, and belong to the pixels around. Channels are
// taken four at a time, a vector for each tap, and nine taps at a time, a panel: so for a filter of 3 × 3 a panel holds four
// channels. Images have a border of zeros in here, half a filter wide, and channels filled up with zeros to whole vectors.

/** An image and a filter with odd sides, as `TapGrid` of `tap-grid.ts` beside the kernels writes them: one u32 each. */
@unmanaged
export class TapGrid {
  images: usize;
  height: usize;
  width: usize;
  channels: usize;
  filterHeight: usize;
  filterWidth: usize;
}

function vectors(g: TapGrid): usize {
  return (g.channels + 3) >> 2;
}

function taps(g: TapGrid): usize {
  return g.filterHeight * g.filterWidth;
}

/** Nines of taps. */
function nines(g: TapGrid): usize {
  return (taps(g) + 8) / 9;
}

function pixels(g: TapGrid): usize {
  return g.images * g.height * g.width;
}

function rowBytes(g: TapGrid): usize {
  return (g.width + g.filterWidth - 1) * 16 * vectors(g);
}

function imageBytes(g: TapGrid): usize {
  return (g.height + g.filterHeight - 1) * rowBytes(g);
}

function lines(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/** How many panels of 36 columns there are. */
export function tapPanels(grid: usize): usize {
  const g = changetype<TapGrid>(grid);
  return vectors(g) * nines(g);
}

/** How many bytes images with their border take. */
export function borderedBytes(grid: usize): usize {
  const g = changetype<TapGrid>(grid);
  return lines(g.images * imageBytes(g));
}

/** How many bytes the tables take. */
export function tapTableBytes(grid: usize): usize {
  const g = changetype<TapGrid>(grid);
  return lines(4 * pixels(g)) + lines(72 * nines(g));
}

function offsets(g: TapGrid, tables: usize, mirrored: bool): usize {
  return tables + lines(4 * pixels(g)) + (mirrored ? 36 * nines(g) : 0);
}

/** Writes where the patch of each pixel begins, and where its taps are from there: from the first to the last, and mirrored. */
export function writeTapTables(grid: usize, tables: usize): void {
  const g = changetype<TapGrid>(grid);
  const pixelBytes: usize = 16 * vectors(g);
  let to = tables;
  for (let image: usize = 0; image < g.images; image++) {
    for (let y: usize = 0; y < g.height; y++) {
      const row = image * imageBytes(g) + y * rowBytes(g);
      for (let x: usize = 0; x < g.width; x++) {
        store<u32>(to, <u32>(row + x * pixelBytes));
        to += 4;
      }
    }
  }
  const straight = offsets(g, tables, false);
  const mirrored = offsets(g, tables, true);
  // What is past the last tap is zero wherever it is read or written.
  memory.fill(straight, 0, 72 * nines(g));
  for (let tap: usize = 0; tap < taps(g); tap++) {
    const at = (tap / g.filterWidth) * rowBytes(g) + (tap % g.filterWidth) * pixelBytes;
    store<u32>(straight + 4 * tap, <u32>at);
    store<u32>(mirrored + 4 * (taps(g) - 1 - tap), <u32>at);
  }
}

function inside(g: TapGrid): usize {
  return (g.filterHeight >> 1) * rowBytes(g) + (g.filterWidth >> 1) * 16 * vectors(g);
}

/** x [images, height, width, channels] → the same with a border. */
export function addBorder(grid: usize, x: usize, bordered: usize): void {
  const g = changetype<TapGrid>(grid);
  memory.fill(bordered, 0, g.images * imageBytes(g));
  const bytes: usize = 4 * g.channels;
  const step: usize = 16 * vectors(g);
  let from = x;
  for (let image: usize = 0; image < g.images; image++) {
    for (let y: usize = 0; y < g.height; y++) {
      let to = bordered + image * imageBytes(g) + y * rowBytes(g) + inside(g);
      if (bytes == step) {
        memory.copy(to, from, g.width * bytes);
        from += g.width * bytes;
      } else {
        for (let i: usize = 0; i < g.width; i++) {
          for (let at: usize = 0; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
          to += step;
          from += bytes;
        }
      }
    }
  }
}

/** The same without its border, plus a bias [channels]; 0 for none. */
export function dropBorder(grid: usize, bordered: usize, bias: usize, y: usize): void {
  const g = changetype<TapGrid>(grid);
  const bytes: usize = 4 * g.channels;
  const step: usize = 16 * vectors(g);
  let to = y;
  for (let image: usize = 0; image < g.images; image++) {
    for (let row: usize = 0; row < g.height; row++) {
      let from = bordered + image * imageBytes(g) + row * rowBytes(g) + inside(g);
      for (let i: usize = 0; i < g.width; i++) {
        let at: usize = 0;
        for (; at + 16 <= bytes; at += 16) {
          const v = v128.load(from + at);
          v128.store(to + at, bias ? f32x4.add(v, v128.load(bias + at)) : v);
        }
        for (; at < bytes; at += 4) {
          store<f32>(to + at, load<f32>(from + at) + (bias ? load<f32>(bias + at) : 0));
        }
        from += step;
        to += bytes;
      }
    }
  }
}

/**
 * What the taps of the filter see from each pixel: `tapPanels` panels one after the other, of a row of 36 numbers for each.
 *
 * @param mirrored whether the first tap sees what the last does otherwise: the gradient of what a filter made
 */
export function tapPatches(grid: usize, tables: usize, bordered: usize, mirrored: bool, patches: usize): void {
  const g = changetype<TapGrid>(grid);
  const count = taps(g);
  const offset = offsets(g, tables, mirrored);
  const padded: usize = 36 * nines(g);
  const end = tables + 4 * pixels(g);
  const panelStep = pixels(g) * 4 * tapPanel;
  let row = patches;
  for (let place = tables; place < end; place += 4) {
    let from = bordered + load<u32>(place);
    let to = row;
    for (let vector: usize = 0; vector < vectors(g); vector++) {
      for (let nine: usize = 0; nine < padded; nine += 36) {
        for (let tap: usize = 0; tap < 36; tap += 4) {
          const given = nine + tap < 4 * count;
          v128.store(to + 4 * tap, given ? v128.load(from + load<u32>(offset + nine + tap)) : f32x4.splat(0));
        }
        to += panelStep;
      }
      from += 16;
    }
    row += 4 * tapPanel;
  }
}

/** What lies past the last patch of `densePatches`. */
const slack: usize = 16;

/** How many bytes `densePatches` writes. */
export function densePatchBytes(grid: usize): usize {
  const g = changetype<TapGrid>(grid);
  return lines(pixels(g) * taps(g) * g.channels * 4 + slack);
}

/**
 * What the taps see from each pixel, without gaps: [pixels, taps·channels], and something past the last.
 *
 * @param mirrored as in `tapPatches`
 */
export function densePatches(grid: usize, tables: usize, bordered: usize, mirrored: bool, patches: usize): void {
  const g = changetype<TapGrid>(grid);
  const offset = offsets(g, tables, mirrored);
  const offsetsEnd = offset + 4 * taps(g);
  const bytes: usize = 4 * g.channels;
  const end = tables + 4 * pixels(g);
  let to = patches;
  for (let place = tables; place < end; place += 4) {
    const corner = bordered + load<u32>(place);
    for (let tap = offset; tap < offsetsEnd; tap += 4) {
      const from = corner + load<u32>(tap);
      // The zeros of a vector that is not full lie where the next tap's numbers come to lie.
      for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
      to += bytes;
    }
  }
}

/**
 * A filter as `tapPanels` panels one after the other, of a row of 36 numbers for each of its `inner` channels.
 *
 * @param filter the number of a tap, an inner channel and one of the grid's channels stands at
 *   `filter + tap·inner·channels·4 + inner·innerStep + channel·channelStep`
 */
export function packTapPanels(
  grid: usize,
  filter: usize,
  inner: usize,
  innerStep: usize,
  channelStep: usize,
  panels: usize,
): void {
  memory.fill(panels, 0, inner * 4 * tapPanel * tapPanels(grid));
  moveTaps(changetype<TapGrid>(grid), filter, inner, innerStep, channelStep, panels, true);
}

/** The other way round: a filter of what `packTapPanels` would make of it. */
export function unpackTapPanels(
  grid: usize,
  panels: usize,
  inner: usize,
  innerStep: usize,
  channelStep: usize,
  filter: usize,
): void {
  moveTaps(changetype<TapGrid>(grid), filter, inner, innerStep, channelStep, panels, false);
}

function moveTaps(
  g: TapGrid,
  filter: usize,
  inner: usize,
  innerStep: usize,
  channelStep: usize,
  panels: usize,
  packs: bool,
): void {
  const tapStep: usize = inner * g.channels * 4;
  const rowStep: usize = 4 * tapPanel;
  const panelStep = inner * rowStep;
  for (let k: usize = 0; k < inner; k++) {
    for (let channel: usize = 0; channel < g.channels; channel++) {
      let panel = panels + k * rowStep + (channel >> 2) * nines(g) * panelStep + (channel & 3) * 4;
      let at = filter + k * innerStep + channel * channelStep;
      for (let nine: usize = 0; nine < taps(g); nine += 9) {
        const end = panel + 16 * min<usize>(9, taps(g) - nine);
        for (let to = panel; to < end; to += 16) {
          if (packs) store<f32>(to, load<f32>(at));
          else store<f32>(at, load<f32>(to));
          at += tapStep;
        }
        panel += panelStep;
      }
    }
  }
}

/** So many rows of what is spread stay in the first-level cache. */
const group: usize = 64;

/** How many bytes of scratch `spreadTaps` takes. */
export function spreadScratch(): usize {
  return group * 4 * tapPanel + 4 * tapPanel;
}

/**
 * A convolution of few channels from many, of which many numbers are zero: each pixel adds to those around it, which its
 * numbers and the panels of the filter make.
 *
 * @param a [pixels, inner] without gaps
 * @param masks of A, from `maskRows`
 * @param panels of the filter, from `packTapPanels`
 * @param mirrored whether the first tap adds where the last does otherwise: what a filter makes, not its gradient
 * @param bordered the result, with a border that holds what belongs nowhere
 */
export function spreadTaps(
  grid: usize,
  tables: usize,
  a: usize,
  masks: usize,
  inner: usize,
  panels: usize,
  mirrored: bool,
  bordered: usize,
  scratch: usize,
): void {
  const g = changetype<TapGrid>(grid);
  const width: usize = 4 * tapPanel;
  const masksStep = maskStep(inner);
  const zeros = scratch + group * width;
  memory.fill(bordered, 0, g.images * imageBytes(g));
  memory.fill(zeros, 0, width);
  for (let i: usize = 0; i < pixels(g); i += group) {
    const rows = min(group, pixels(g) - i);
    for (let vector: usize = 0; vector < vectors(g); vector++) {
      for (let nine: usize = 0; nine < nines(g); nine++) {
        const lines = panels + (vector * nines(g) + nine) * inner * width;
        const from = a + i * inner * 4;
        const words = masks + i * masksStep;
        sparseTapRows(from, 4 * inner, 4, words, masksStep, rows, inner, lines, zeros, scratch, width, false);
        addTaps(scratch, rows, tables + 4 * i, offsets(g, tables, mirrored) + 36 * nine, bordered + 16 * vector);
      }
    }
  }
}

function addTaps(from: usize, rows: usize, places: usize, offsets: usize, bordered: usize): void {
  const at0 = <usize>load<u32>(offsets);
  const at1 = <usize>load<u32>(offsets, 4);
  const at2 = <usize>load<u32>(offsets, 8);
  const at3 = <usize>load<u32>(offsets, 12);
  const at4 = <usize>load<u32>(offsets, 16);
  const at5 = <usize>load<u32>(offsets, 20);
  const at6 = <usize>load<u32>(offsets, 24);
  const at7 = <usize>load<u32>(offsets, 28);
  const at8 = <usize>load<u32>(offsets, 32);
  let sums = from;
  for (let i: usize = 0; i < rows; i++) {
    const to = bordered + load<u32>(places + 4 * i);
    put(to + at0, v128.load(sums));
    put(to + at1, v128.load(sums, 16));
    put(to + at2, v128.load(sums, 32));
    put(to + at3, v128.load(sums, 48));
    put(to + at4, v128.load(sums, 64));
    put(to + at5, v128.load(sums, 80));
    put(to + at6, v128.load(sums, 96));
    put(to + at7, v128.load(sums, 112));
    put(to + at8, v128.load(sums, 128));
    sums += 4 * tapPanel;
  }
}

function put(to: usize, v: v128): void {
  v128.store(to, f32x4.add(v128.load(to), v));
}
