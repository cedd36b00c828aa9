import { deformation, line, type Mark, type PlanePoint, pageTheme, plot } from '@diffeo/charts';
import { type FlowParams, flow } from '@diffeo/core';
import { twoMoons } from '@diffeo/datasets';
import { randomiseParams } from '@diffeo/testing';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { corners, middles, pairs } from '../lib/lattice.ts';
import { written } from '../lib/written.ts';
import type { ZooLayer } from './layer-picture.ts';

const cells = 12;
const size = 200;
/** log|det| is coloured fully from here on: a stretch by this power of e. */
const strongest = 1.2;

/** The square around the origin that the grid covers, by half of its side. */
const squareOf = (half: number) => [-half, half] as const;

/** The letter F, by which turns and mirror images are told apart, in strokes fine enough to bend. */
const letter = (half: number): readonly (readonly PlanePoint[])[] => {
  const strokes: readonly (readonly [from: PlanePoint, to: PlanePoint])[] = [
    [
      [-0.5, -1],
      [-0.5, 1],
    ],
    [
      [-0.5, 1],
      [0.7, 1],
    ],
    [
      [-0.5, 0.15],
      [0.4, 0.15],
    ],
  ];
  const along = (from: number, to: number, at: number): number => (half / 2) * (from + at * (to - from));
  return strokes.map(([[x, y], [toX, toY]]) =>
    Array.from({ length: 17 }, (_, i): PlanePoint => [along(x, toX, i / 16), along(y, toY, i / 16)]),
  );
};

const asTensor = (points: readonly PlanePoint[]): Tensor => tensor2d(points as [number, number][]);

/** What is drawn: a grid, the letter on it, and how much each cell grew. */
interface Places {
  readonly grid: ArrayLike<number>;
  readonly letter: readonly (readonly PlanePoint[])[];
  readonly logDets?: Float32Array;
}

function draw(title: string, { grid, letter: strokes, logDets }: Places): string {
  const points = pairs(grid);
  const [x, y] = [points.map(([value]) => value), points.map(([, value]) => value)];
  const ends = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];
  const [[left, right], [bottom, top]] = [ends(x), ends(y)];
  const reach = 0.55 * Math.max(right - left, top - bottom);
  const [middleX, middleY] = [(left + right) / 2, (bottom + top) / 2];
  const values = logDets?.map((logDet) => logDet / strongest);
  const marks: Mark[] = [
    deformation({ corners: grid, columns: cells, rows: cells, width: 0.5, color: 'muted', ...(values && { values }) }),
    ...strokes.map((points) => line({ points, color: 'ink', width: 2.5 })),
  ];
  return plot({
    title,
    width: size,
    height: size,
    x: { domain: [middleX - reach, middleX + reach], ticks: 3 },
    y: { domain: [middleY - reach, middleY + reach], ticks: 3 },
    theme: pageTheme,
    marks,
  });
}

/** The grid before any layer. */
export const plainGrid = (): string =>
  draw('A regular grid with the letter F on it', { grid: corners(cells, squareOf(2)).flat(), letter: letter(2) });

/** Where a layer takes the grid, from the base to data. What starts from data starts from two moons. */
export async function gridPicture({ name, spec, strength = 1, seed = 1, half = 2 }: ZooLayer): Promise<string> {
  const model = flow({ eventShape: [2], layers: [spec] });
  const started = await model.start(model.init(seed), asTensor(pairs(twoMoons().sample(2000, 1).values)));
  const params: FlowParams = randomiseParams(model.layout, started, seed, strength);
  const lines = letter(half);
  const [grid, inside, strokes] = [corners(cells, squareOf(half)), middles(cells, squareOf(half)), lines.flat()];
  const { value, logDet } = model.bijector.forward(params.layers, asTensor([...grid, ...inside, ...strokes]), {});
  const [values, logDets] = [await value.data(), (await logDet.data()) as Float32Array];
  const [afterGrid, afterInside] = [grid.length, grid.length + inside.length];
  const onCells = logDets.slice(afterGrid, afterInside);
  const places: Places = {
    grid: values.slice(0, 2 * afterGrid),
    logDets: onCells,
    letter: lines.map((stroke, i) => {
      const begin = afterInside + i * stroke.length;
      return pairs(values, begin, begin + stroke.length);
    }),
  };
  const [least, most] = [Math.exp(Math.min(...onCells)), Math.exp(Math.max(...onCells))];
  return draw(`The grid behind ${name}: its cells become ${written(least)} to ${written(most)} times as large`, places);
}
