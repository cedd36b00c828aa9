import { area, type Domain, dots, line, type Mark, type PlanePoint, type Plot, pageTheme, plot } from '@diffeo/charts';
import type { Painter, Picture } from '../lib/picture.ts';
import { written } from '../lib/written.ts';
import { areaUnder, bound, handles, type Slice, type Stretched, stretch, widthOf } from './stretch.ts';

/** Where the handles go, and which slice is looked at. */
export interface StretchState extends Record<string, number | string> {
  readonly left: number;
  readonly middle: number;
  readonly right: number;
  readonly slice: number;
}

export const initialStretch: StretchState = { left: -1.9, middle: -1.2, right: 1.5, slice: 3 };

const across: Domain = [-bound, bound];
/** The map is a square of this side; the densities stand below it and at its left, with the same numbers beside each other. */
const [side, strip] = [300, 130];
/** Up to where densities are drawn: both in the same units, so that areas compare. */
const highest = ({ slices }: Stretched): number =>
  Math.max(0.9, ...slices.flatMap(({ data }) => data.map(([, height]) => 1.05 * height)));
const aside = 34;

const upright = ([x, height]: PlanePoint): PlanePoint => [height, x];

/** Slices in two shades, the chosen one in full. */
const shaded = (
  curves: readonly (readonly PlanePoint[])[],
  chosen: number,
  color: string,
  along: 'x' | 'y' = 'x',
): readonly Mark[] => {
  const placed = (curve: readonly PlanePoint[]) => (along === 'x' ? curve : curve.map(upright));
  return [
    ...curves.map((curve, i) => {
      const opacity = i === chosen ? 0.85 : i % 2 === 0 ? 0.2 : 0.32;
      return area({ points: placed(curve), color, opacity, along });
    }),
    line({ points: curves.flatMap(placed), color, width: 2 }),
  ];
};

const draw = (more: Pick<Plot, 'title' | 'width' | 'height' | 'x' | 'y' | 'marks' | 'margin'>): string =>
  plot({ theme: pageTheme, ...more });

/** Strokes from the base up to the map and from there to the data, at both ends of the chosen slice. */
const guides = ({ base, data }: Slice): readonly Mark[] =>
  [0, -1].map((end) => {
    const [z, x] = [base.at(end)?.[0] as number, data.at(end)?.[0] as number];
    return line({
      points: [
        [z, -bound],
        [z, x],
        [-bound, x],
      ],
      color: 'muted',
      width: 1,
      dash: [3, 3],
    });
  });

const mapPlot = ({ map, goals, slices }: Stretched, chosen: number): string => {
  const slice = slices[chosen] as Slice;
  const ends: PlanePoint[] = handles.map((z, i) => [z, goals[i] as number]);
  return draw({
    title: `A rising curve from the base z, across, to data x, up. The chosen slice becomes ${written(widthOf(slice.data) / widthOf(slice.base))} times as wide.`,
    width: side,
    height: side,
    x: { domain: across, ticks: [-2, 0, 2] },
    y: { domain: across, ticks: [-2, 0, 2] },
    margin: { left: 1, right: 1, top: 1, bottom: 1 },
    marks: [
      ...guides(slice),
      line({ points: map, color: 'ink', width: 2 }),
      dots({ points: ends, radius: 9, color: 'ink' }),
      dots({ points: ends, radius: 6.5, color: 'paper' }),
    ],
  });
};

const basePlot = (stretched: Stretched, chosen: number): string =>
  draw({
    title: 'The base density p(z) in six slices of equal width, z from −3 to 3',
    width: side,
    height: strip + 20,
    x: { domain: across, ticks: [-2, 0, 2], label: 'z, the base' },
    y: { domain: [0, highest(stretched)], ticks: 0 },
    margin: { left: 1, right: 1, top: 6 },
    marks: shaded(
      stretched.slices.map(({ base }) => base),
      chosen,
      'third',
    ),
  });

/** Grows to the left, away from the map. */
const dataPlot = (stretched: Stretched, chosen: number): string =>
  draw({
    title:
      'The density of data p(x), x upwards from −3 to 3: the same six slices, each with the area that it had, some wide and low, some narrow and high',
    width: strip + aside,
    height: side,
    x: { domain: [-highest(stretched), 0], ticks: 0 },
    y: { domain: across, ticks: [-2, 0, 2], label: 'x, data' },
    margin: { left: aside, right: 6, top: 1, bottom: 1 },
    marks: shaded(
      stretched.slices.map(({ data }) => data.map(([x, height]): PlanePoint => [x, -height])),
      chosen,
      'first',
      'y',
    ),
  });

const figures = ({ base, data }: Slice): string => {
  const row = (name: string, curve: readonly PlanePoint[]): string => {
    const [width, total] = [widthOf(curve), areaUnder(curve)];
    return `<tr><th scope="row">${name}</th><td>${written(width)}</td><td>${written(total / width)}</td><td data-area="${total}">${written(total, 3)}</td></tr>`;
  };
  return `<table><caption>The slice in full colour</caption><thead><tr><td></td><th scope="col">width</th><th scope="col">mean height</th><th scope="col">area</th></tr></thead><tbody>${row('base', base)}${row('data', data)}</tbody></table>`;
};

/** The map and both densities. */
export const pictureOf = (stretched: Stretched, chosen: number): Picture => {
  const slice = stretched.slices[chosen] as Slice;
  const slope = widthOf(slice.data) / widthOf(slice.base);
  return {
    data: dataPlot(stretched, chosen),
    map: mapPlot(stretched, chosen),
    base: basePlot(stretched, chosen),
    figures: figures(slice),
    says: `The map’s mean slope over this slice is ${written(slope)}: it becomes ${written(slope)} times as wide, its density is divided by ${written(slope)}, and its area stays ${written(areaUnder(slice.data), 3)}.`,
  };
};

/** Stretches and draws. */
export const paintStretch: Painter<StretchState> = ({ left, middle, right, slice }, show) => {
  show(pictureOf(stretch([left, middle, right]), slice - 1));
  return Promise.resolve();
};
