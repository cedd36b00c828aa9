import { DiffeoError } from '@diffeo/core';
import { type GridOfNumbers, requireGrid } from './grid-of-numbers.ts';
import { colorOf, type Ink, type Mark } from './mark.ts';
import type { Domain } from './plane.ts';

/** Numbers of which each fills its box. */
export interface Pixels extends GridOfNumbers, Pick<Ink, 'color'> {
  /** The numbers that are drawn as nothing and as the full colour; those beyond count as these. */
  readonly range: Domain;
  /** How many steps of colour there are between them. Default 16. */
  readonly steps?: number;
}

/**
 * A heat map: each box has as much of the colour as its number is large. An image of one channel is one, too.
 *
 * Throws `DATA` for a grid that is not full, `NOT_FINITE` for NaN and infinities, `CONFIG` for a range of no width or no steps.
 */
export const pixels = ({ range: [low, high], steps = 16, color = 'first', ...grid }: Pixels): Mark => {
  requireGrid('pixels', grid);
  if (!(Number.isFinite(low) && Number.isFinite(high) && low !== high && Number.isInteger(steps) && steps > 0)) {
    throw new DiffeoError(
      'CONFIG',
      `pixels: range is two different numbers and steps a whole number from 1; got [${low}, ${high}] and ${steps}.`,
    );
  }
  const { values, columns, rows, x, y } = grid;
  const stepOf = (value: number): number =>
    Math.min(steps, Math.max(0, Math.round((steps * (value - low)) / (high - low))));
  return (plane, theme) => {
    const across = (at: number): number => plane.x(x[0] + (at / columns) * (x[1] - x[0]));
    const up = (at: number): number => plane.y(y[0] + (at / rows) * (y[1] - y[0]));
    const paths = Array.from({ length: steps }, () => '');
    for (let row = 0; row < rows; row++) {
      for (let begin = 0; begin < columns; ) {
        const step = stepOf(values[row * columns + begin] as number);
        let end = begin + 1;
        while (end < columns && stepOf(values[row * columns + end] as number) === step) end++;
        if (step > 0) paths[step - 1] += `M${across(begin)} ${up(row)}H${across(end)}V${up(row + 1)}H${across(begin)}Z`;
        begin = end;
      }
    }
    const drawn = paths.map((d, i) =>
      d === '' ? '' : `<path d="${d}" fill-opacity="${Number(((i + 1) / steps).toFixed(3))}"/>`,
    );
    const all = drawn.join('');
    return all === '' ? '' : `<g fill="${colorOf(theme, color)}" shape-rendering="crispEdges">${all}</g>`;
  };
};
