import { ConvShape, groupImages, groupRows, runCount, seenHeight, seenWidth } from './conv-shape';

// A group of pixels of the result is computed from a copy of what they see, with its zeros around it. There, every patch
// begins at a distance that depends on the pixel alone, and its runs at distances that depend on the filter alone: nothing
// else of a patch is written out.

/** What may be read past the last patch. */
const slack: usize = 64;

function lines(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/** How many bytes the copy for a group takes. */
export function seenBytes(s: ConvShape): usize {
  return lines(groupImages(s) * seenHeight(s, groupRows(s)) * seenWidth(s) * s.channels * 4 + slack);
}

/** How many pixels a group has. */
export function groupSize(s: ConvShape): usize {
  return groupImages(s) * groupRows(s) * s.outWidth;
}

/** How many bytes the two tables take. */
export function tableBytes(s: ConvShape): usize {
  return lines(4 * groupSize(s)) + lines(4 * runCount(s));
}

/** Where the table of runs begins in the tables. */
export function runsAt(s: ConvShape): usize {
  return lines(4 * groupSize(s));
}

/** Writes where the patch of each pixel begins, and then where its runs do, in bytes. */
export function writeTables(s: ConvShape, tables: usize): void {
  const pixelBytes = s.channels * 4;
  const rowBytes = seenWidth(s) * pixelBytes;
  const rows = groupRows(s);
  const imageBytes = seenHeight(s, rows) * rowBytes;
  let to = tables;
  for (let image: usize = 0; image < groupImages(s); image++) {
    for (let y: usize = 0; y < rows; y++) {
      let at = image * imageBytes + y * s.strideHeight * rowBytes;
      for (let x: usize = 0; x < s.outWidth; x++) {
        store<u32>(to, <u32>at);
        at += s.strideWidth * pixelBytes;
        to += 4;
      }
    }
  }
  to = tables + runsAt(s);
  const columns: usize = s.dilationWidth == 1 ? 1 : s.filterWidth;
  for (let r: usize = 0; r < s.filterHeight; r++) {
    for (let c: usize = 0; c < columns; c++) {
      store<u32>(to, <u32>(r * s.dilationHeight * rowBytes + c * s.dilationWidth * pixelBytes));
      to += 4;
    }
  }
}

/** Copies what `rows` rows of the result from `first` on see, of so many images from `x` on. */
export function copySeen(s: ConvShape, x: usize, images: usize, first: usize, rows: usize, seen: usize): void {
  let to = seen;
  const pixelBytes = s.channels * 4;
  const width = <isize>seenWidth(s);
  const height = <isize>seenHeight(s, rows);
  const above = <isize>(first * s.strideHeight) - s.top;
  for (let image: usize = 0; image < images; image++) {
    const from = x + image * s.height * s.width * pixelBytes;
    for (let i: isize = 0; i < height; i++) {
      const row = above + i;
      const source = row / <isize>s.spreadHeight;
      if (row < 0 || row % <isize>s.spreadHeight != 0 || source >= <isize>s.height) {
        memory.fill(to, 0, <usize>width * pixelBytes);
      } else copyRow(s, from + <usize>source * s.width * pixelBytes, width, to);
      to += <usize>width * pixelBytes;
    }
  }
}

function copyRow(s: ConvShape, from: usize, width: isize, to: usize): void {
  const pixelBytes = s.channels * 4;
  if (s.spreadWidth > 1) {
    memory.fill(to, 0, <usize>width * pixelBytes);
    for (let column: isize = 0; column < <isize>s.width; column++) {
      const at = column * <isize>s.spreadWidth + s.left;
      if (at < 0 || at >= width) continue;
      memory.copy(to + <usize>at * pixelBytes, from + <usize>column * pixelBytes, pixelBytes);
    }
    return;
  }
  const begin = min(width, max<isize>(0, s.left));
  const end = max(begin, min(width, s.left + <isize>s.width));
  memory.fill(to, 0, <usize>begin * pixelBytes);
  memory.copy(
    to + <usize>begin * pixelBytes,
    from + <usize>(begin - s.left) * pixelBytes,
    <usize>(end - begin) * pixelBytes,
  );
  memory.fill(to + <usize>end * pixelBytes, 0, <usize>(width - end) * pixelBytes);
}
