import { contours, dots, type Mark, type PlanePoint, pageTheme, plot } from '@diffeo/charts';
import type { Painter, Picture } from '../lib/picture.ts';
import { written } from '../lib/written.ts';
import { boxes, densities, follow, loadMoons, plane, planeUp, type Way } from './follow.ts';

/** Where the point lies. */
export interface PointState extends Record<string, number | string> {
  readonly x: number;
  readonly y: number;
}

export const initialPoint: PointState = { x: -0.7, y: 0.7 };

const thresholds = [0.02, 0.06, 0.12, 0.2, 0.3, 0.42];
const near = 3.4;

const densityPlot = (density: Mark, { from, logProb }: Way): string =>
  plot({
    title: `The flow’s density of two moons, and a point at ${written(from[0])}, ${written(from[1])} with log p = ${written(logProb)}`,
    width: 420,
    height: 420,
    x: { domain: plane },
    y: { domain: planeUp },
    theme: pageTheme,
    marks: [density, ...marker(from)],
  });

/** A point that stands out from whatever lies below it. */
const marker = (point: PlanePoint, radius = 7): Mark[] => [
  dots({ points: [point], radius, color: 'ink' }),
  dots({ points: [point], radius: radius - 2.5, color: 'second' }),
];

const panel = (
  title: string,
  cloud: readonly PlanePoint[],
  point: PlanePoint,
  color: string,
  middle: PlanePoint,
): string => {
  const side = 116;
  const [x, y] = middle;
  return `<figure>${plot({
    title: `${title}: the point lies at ${written(point[0])}, ${written(point[1])}`,
    width: side,
    height: side,
    x: { domain: [x - near, x + near], ticks: 0 },
    y: { domain: [y - near, y + near], ticks: 0 },
    theme: pageTheme,
    marks: [dots({ points: cloud, radius: 1.2, color, opacity: 0.55 }), ...marker(point, 5)],
  })}<figcaption>${title}</figcaption></figure>`;
};

const panels = ({ from, cloud, steps }: Way): string =>
  [
    panel('data', cloud, from, 'second', [0.5, 0.25]),
    ...steps.map(({ layer, cloud: moved, point }, i) => {
      const last = i === steps.length - 1;
      return panel(last ? `${layer}: the base` : layer, moved, point, last ? 'third' : 'first', [0, 0]);
    }),
  ].join('');

const row = (cells: readonly string[], className = ''): string =>
  `<tr${className && ` class="${className}"`}><th scope="row">${cells[0]}</th>${cells
    .slice(1)
    .map((cell) => `<td>${cell}</td>`)
    .join('')}</tr>`;

/** The sum, of the numbers as they are; each is written with three digits. */
const table = ({ steps, baseLogProb, logProb }: Way): string => {
  const place = ([x, y]: PlanePoint): string => `${written(x)}, ${written(y)}`;
  const sum = steps.reduce((total, { logDet }) => total + logDet, baseLogProb);
  return [
    '<div class="widget-scroll" role="region" aria-label="The sum, layer by layer" tabindex="0"><table><caption>From data to the base, in nats</caption>',
    '<thead><tr><th scope="col">layer</th><th scope="col">the point is then at</th><th scope="col">log|det|</th></tr></thead><tbody>',
    ...steps.map(({ layer, point, logDet }) => row([layer, place(point), written(logDet, 3)])),
    row(['base: log p(z)', '', written(baseLogProb, 3)]),
    '</tbody><tfoot>',
    row(['sum', '', `<span data-sum="${sum}">${written(sum, 3)}</span>`], 'total'),
    row(['<code>model.logProb</code>', '', `<span data-log-prob="${logProb}">${written(logProb, 3)}</span>`]),
    '</tfoot></table></div>',
  ].join('');
};

const says = ({ steps, baseLogProb, logProb }: Way): string => {
  const stretched = steps.reduce((total, { logDet }) => total + logDet, 0);
  return `log p = ${written(baseLogProb)} from the base ${stretched < 0 ? '−' : '+'} ${written(Math.abs(stretched))} from the layers = ${written(logProb)} nats, a density of ${written(Math.exp(logProb), 3)}.`;
};

/** Draws a point's way through the committed flow. */
export const paintPoint = (bytes: Uint8Array): Painter<PointState> => {
  const moons = loadMoons(bytes);
  const density = contours({ values: densities(moons), columns: boxes, rows: boxes, x: plane, y: planeUp, thresholds });
  return ({ x, y }, show) => {
    const way = follow(moons, [x, y]);
    const picture: Picture = {
      density: densityPlot(density, way),
      panels: panels(way),
      table: table(way),
      says: says(way),
    };
    show(picture);
    return Promise.resolve();
  };
};
