import { decode } from 'fast-png';
import type { Locator } from 'playwright-core';

/** A drawing, shrunk so far that neither fonts nor the edges of lines count. */
export interface SmallPicture {
  /** What it is called in the page. */
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  /** Red, green and blue of each cell, 0 to 255, row after row. */
  readonly cells: Uint8Array;
}

interface Box {
  readonly name: string;
  /** From the left and the upper edge of the page. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A picture becomes about so many cells, whatever its shape. */
const cellCount = 24 ** 2;

/** What lies over pictures or depends on fonts. */
const unseen = 'header, button, svg text { visibility: hidden !important; }';

/** Every drawing of a widget as it is seen in the page, in the light: without a script pages are dark. */
export async function smallPictures(widget: Locator): Promise<SmallPicture[]> {
  const boxes = await widget.evaluate((element): Box[] => {
    document.documentElement.dataset['theme'] = 'light';
    return [...element.querySelectorAll('svg[role="img"], canvas')].flatMap((drawing) => {
      const { left, top, width, height } = drawing.getBoundingClientRect();
      const name = drawing.getAttribute('aria-label') ?? '';
      return width > 0 ? [{ name, left: left + scrollX, top: top + scrollY, width, height }] : [];
    });
  });
  const [x, y] = [
    Math.floor(Math.min(...boxes.map(({ left }) => left))),
    Math.floor(Math.min(...boxes.map(({ top }) => top))),
  ];
  const right = Math.ceil(Math.max(...boxes.map(({ left, width }) => left + width)));
  const bottom = Math.ceil(Math.max(...boxes.map(({ top, height }) => top + height)));
  const clip = { x, y, width: right - x, height: bottom - y };
  const shot = decode(
    await widget.page().screenshot({ fullPage: true, clip, style: unseen, animations: 'disabled', scale: 'css' }),
  );
  return boxes.map((box) => shrink(shot, { ...box, left: box.left - x, top: box.top - y }));
}

/** The mean colour of each cell. */
function shrink({ data, width, channels }: ReturnType<typeof decode>, box: Box): SmallPicture {
  const aspect = box.width / box.height;
  const columns = Math.max(1, Math.round(Math.sqrt(cellCount * aspect)));
  const rows = Math.max(1, Math.round(cellCount / columns));
  const cells = new Uint8Array(3 * columns * rows);
  const edges = (from: number, length: number, count: number): number[] =>
    Array.from({ length: count + 1 }, (_, i) => Math.round(from + (i * length) / count));
  const [across, down] = [edges(box.left, box.width, columns), edges(box.top, box.height, rows)] as const;
  for (let cell = 0; cell < columns * rows; cell++) {
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    const [left = 0, right = 0, top = 0, bottom = 0] = [across[column], across[column + 1], down[row], down[row + 1]];
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) sum += data[(y * width + x) * channels + channel] ?? 0;
      cells[3 * cell + channel] = Math.round(sum / ((right - left) * (bottom - top)));
    }
  }
  return { name: box.name, columns, rows, cells };
}
