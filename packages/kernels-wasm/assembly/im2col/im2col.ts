// Convolutions whose one side has many zeros and whose other few channels, as the first and the last of a coupling's network:
// what a filter makes of a pixel, for all of its taps, are columns of a product, and belong to the pixels around. Channels are
// taken four at a time, a vector for each tap, and nine taps at a time, a panel of lines of 36 numbers: so for a filter of 3 × 3
// a panel holds four channels. Where there are but one or two channels a tap is half a vector, and a line 20 numbers. Images have a border of zeros in here, half a filter wide, and channels filled up with zeros to whole vectors.

/** An image and a filter with odd sides, as `Im2colShape` of `tap-grid.ts` beside the kernels writes them: one u32 each. */
@unmanaged
export class Im2colShape {
  images: usize;
  height: usize;
  width: usize;
  channels: usize;
  filterHeight: usize;
  filterWidth: usize;
}

/** Vectors that the channels of a pixel fill. */
export function vectors(g: Im2colShape): usize {
  return (g.channels + 3) >> 2;
}

export function taps(g: Im2colShape): usize {
  return g.filterHeight * g.filterWidth;
}

/** Nines of taps. */
export function nines(g: Im2colShape): usize {
  return (taps(g) + 8) / 9;
}

export function pixels(g: Im2colShape): usize {
  return g.images * g.height * g.width;
}

function rowBytes(g: Im2colShape): usize {
  return (g.width + g.filterWidth - 1) * 16 * vectors(g);
}

export function imageBytes(g: Im2colShape): usize {
  return (g.height + g.filterHeight - 1) * rowBytes(g);
}

function lines(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/** Whether two channels are all. */
export function isNarrow(g: Im2colShape): bool {
  return g.channels <= 2;
}

/** Bytes of a tap in a line of a panel. */
export function tapBytes(g: Im2colShape): usize {
  return isNarrow(g) ? 8 : 16;
}

/** Bytes of a line of a panel. */
export function lineBytes(g: Im2colShape): usize {
  return isNarrow(g) ? 80 : 144;
}

export function tapLineBytes(grid: usize): usize {
  return lineBytes(changetype<Im2colShape>(grid));
}

/** How many panels there are. */
export function tapPanels(grid: usize): usize {
  const g = changetype<Im2colShape>(grid);
  return vectors(g) * nines(g);
}

/** How many bytes images with their border take. */
export function borderedBytes(grid: usize): usize {
  const g = changetype<Im2colShape>(grid);
  return lines(g.images * imageBytes(g));
}

/** How many bytes the tables take. */
export function tapTableBytes(grid: usize): usize {
  const g = changetype<Im2colShape>(grid);
  return lines(4 * pixels(g)) + lines(72 * nines(g));
}

/** Where in the tables the distances of the taps are. */
export function offsets(g: Im2colShape, tables: usize, mirrored: bool): usize {
  return tables + lines(4 * pixels(g)) + (mirrored ? 36 * nines(g) : 0);
}

/** Writes where the patch of each pixel begins, and where its taps are from there: from the first to the last, and mirrored. */
export function writeTapTables(grid: usize, tables: usize): void {
  const g = changetype<Im2colShape>(grid);
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

function inside(g: Im2colShape): usize {
  return (g.filterHeight >> 1) * rowBytes(g) + (g.filterWidth >> 1) * 16 * vectors(g);
}

/** x [images, height, width, channels] → the same with a border. */
export function addBorder(grid: usize, x: usize, bordered: usize): void {
  const g = changetype<Im2colShape>(grid);
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
  const g = changetype<Im2colShape>(grid);
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
 * What the taps of the filter see from each pixel: `tapPanels` panels one after the other, of a line for each.
 *
 * @param mirrored whether the first tap sees what the last does otherwise: the gradient of what a filter made
 */
export function im2colTaps(grid: usize, tables: usize, bordered: usize, mirrored: bool, patches: usize): void {
  const g = changetype<Im2colShape>(grid);
  const count = taps(g);
  const offset = offsets(g, tables, mirrored);
  const padded: usize = 36 * nines(g);
  const end = tables + 4 * pixels(g);
  const tapStep = tapBytes(g);
  const lineStep = lineBytes(g);
  const panelStep = pixels(g) * lineStep;
  let row = patches;
  for (let place = tables; place < end; place += 4) {
    let from = bordered + load<u32>(place);
    let to = row;
    for (let vector: usize = 0; vector < vectors(g); vector++) {
      for (let nine: usize = 0; nine < padded; nine += 36) {
        // The zeros beside two channels lie where the next tap's numbers come to lie.
        let at = to;
        for (let tap = nine; tap < nine + 36; tap += 4) {
          v128.store(at, tap < 4 * count ? v128.load(from + load<u32>(offset + tap)) : f32x4.splat(0));
          at += tapStep;
        }
        to += panelStep;
      }
      from += 16;
    }
    row += lineStep;
  }
}

/** What lies past the last patch of `im2col`. */
const slack: usize = 16;

/** How many bytes `im2col` writes. */
export function im2colBytes(grid: usize): usize {
  const g = changetype<Im2colShape>(grid);
  return lines(pixels(g) * taps(g) * g.channels * 4 + slack);
}

/**
 * What the taps see from each pixel, without gaps: [pixels, taps·channels], and something past the last.
 *
 * @param mirrored as in `im2colTaps`
 */
export function im2col(grid: usize, tables: usize, bordered: usize, mirrored: bool, patches: usize): void {
  const g = changetype<Im2colShape>(grid);
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
