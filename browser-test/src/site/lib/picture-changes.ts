import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode } from 'fast-png';
import type { SmallPicture } from './small-pictures.ts';

/** How far cells may be apart, as a part of how much the picture that was kept stands out from its ground; and of 255 where it hardly does. */
const tolerance = { mean: { part: 0.25, least: 0.5 }, most: { part: 0.6, least: 12 } } as const;

/**
 * How pictures differ from those that were kept as `pictures/NAME.png`, one below the other; nothing where they do not. Browsers smooth
 * edges differently and processors round differently, so they may differ a little. With `DIFFEO_KEEP_DRAWINGS=1` in the
 * environment they are kept.
 */
export function pictureChanges(pictures: readonly SmallPicture[], name: string): string[] {
  const path = fileURLToPath(new URL(`../pictures/${name}.png`, import.meta.url));
  if (process.env['DIFFEO_KEEP_DRAWINGS']) keep(path, pictures);
  if (!existsSync(path)) return [`${path} is missing: DIFFEO_KEEP_DRAWINGS=1 keeps the pictures`];
  const { data, width, height } = decode(readFileSync(path));
  const rows = pictures.reduce((sum, picture) => sum + picture.rows, 0);
  const columns = Math.max(...pictures.map((picture) => picture.columns));
  if (columns !== width || rows !== height) {
    return [`there are other pictures than were: ${columns} × ${rows} cells, not ${width} × ${height}`];
  }
  let above = 0;
  return pictures.flatMap((picture) => {
    const kept = Array.from(picture.cells, (_, i) => {
      const [row, column] = [Math.floor(i / (3 * picture.columns)), i % (3 * picture.columns)];
      return data[(above + row) * 3 * width + column] ?? Number.NaN;
    });
    above += picture.rows;
    const apart = measured(kept.map((value, i) => Math.abs(value - (picture.cells[i] ?? Number.NaN))));
    const ground = [0, 1, 2].map((channel) => median(kept.filter((_, i) => i % 3 === channel)));
    const standsOut = measured(kept.map((value, i) => Math.abs(value - (ground[i % 3] ?? Number.NaN))));
    const isAsKept = (['mean', 'most'] as const).every(
      (name) => apart[name] <= Math.max(tolerance[name].least, tolerance[name].part * standsOut[name]),
    );
    return isAsKept
      ? []
      : [`${picture.name}: ${words(apart)} from what was kept, which is ${words(standsOut)} from its ground`];
  });
}

interface Measured {
  readonly mean: number;
  readonly most: number;
}

const measured = (values: readonly number[]): Measured => ({
  mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  most: Math.max(...values),
});
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const words = ({ mean, most }: Measured): string => `${mean.toFixed(1)} (at most ${most})`;

function keep(path: string, pictures: readonly SmallPicture[]): void {
  const width = Math.max(...pictures.map(({ columns }) => columns));
  const lines = pictures.flatMap(({ columns, rows, cells }) =>
    Array.from({ length: rows }, (_, row) => {
      const line = new Uint8Array(3 * width);
      line.set(cells.subarray(3 * columns * row, 3 * columns * (row + 1)));
      return [...line];
    }),
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, encode({ width, height: lines.length, channels: 3, data: Uint8Array.from(lines.flat()) }));
}
