import { dots, labels, line, type Mark, type PlanePoint, plot } from '@diffeo/charts';
import { shortNumber } from '../facts/cell-text.ts';
import type { ComparedDensity } from '../facts/report-facts.ts';
import type { PictureStyle } from './margin-picture.ts';

/** How far others are behind the model on the rows that are judged by, with two standard errors; left of 0 they are ahead. */
export function comparisonPicture(compared: readonly ComparedDensity[], style: Omit<PictureStyle, 'height'>): string {
  const rows = compared.map(({ name, difference: { clipped } }) => {
    const error = Number.isFinite(clipped.standardError) ? clipped.standardError : 0;
    return { name, middle: clipped.mean, low: clipped.mean - 2 * error, high: clipped.mean + 2 * error };
  });
  const [least, most] = [Math.min(0, ...rows.map(({ low }) => low)), Math.max(0, ...rows.map(({ high }) => high))];
  const room = 0.06 * (most - least || 1);
  const domain = [least - room, most + room] as const;
  const heightOf = (i: number): number => rows.length - 0.5 - i;
  const marks = rows.flatMap(({ middle, low, high }, i): Mark[] => {
    const at = (x: number): PlanePoint => [x, heightOf(i)];
    return [line({ points: [at(low), at(high)], width: 3, opacity: 0.5 }), dots({ points: [at(middle)], radius: 5 })];
  });
  return plot({
    ...{ width: style.width, height: 60 + 34 * rows.length, theme: style.theme },
    title: `Nats a row by which others are behind the model: ${rows.map(({ name, middle }) => `${name} ${shortNumber(middle, 3)}`).join(', ')}`,
    x: { domain, label: 'behind the model, nats a row', format: (value) => shortNumber(value, 3) },
    y: { domain: [0, rows.length], ticks: 0 },
    margin: { left: 126, right: 16 },
    marks: [
      line({
        points: [
          [0, 0],
          [0, rows.length],
        ],
        color: 'ink',
        width: 1.5,
      }),
      ...marks,
    ],
    annotations: [
      labels({
        labels: rows.map(({ name }, i) => ({
          text: name,
          at: [domain[0], heightOf(i)],
          anchor: 'end',
          shift: [-8, 4],
        })),
      }),
    ],
  });
}
