import { type Deformation, deformation, line, type Mark, type PlanePoint, pageTheme, plot } from '@diffeo/charts';
import { corners } from '../lib/lattice.ts';
import type { Painter, Picture } from '../lib/picture.ts';
import { written } from '../lib/written.ts';
import { areaOf, type Bent, bend, cells, square } from './bend.ts';

/** How much the coupling bends, which number stays, and where the chosen cell lies. */
export interface GridState extends Record<string, number | string> {
  readonly strength: number;
  readonly stays: string;
  readonly x: number;
  readonly y: number;
}

export const initialGrid: GridState = { strength: 1, stays: 'first', x: -1.125, y: 0.875 };

const size = 320;
const view = [-3.4, 3.4] as const;
/** log|det| is coloured fully from here on: a stretch by this power of e. */
const strongest = 1.2;

const draw = (title: string, marks: readonly Mark[]): string =>
  plot({
    title,
    width: size,
    height: size,
    x: { domain: view, ticks: [-2, 0, 2] },
    y: { domain: view, ticks: [-2, 0, 2] },
    theme: pageTheme,
    marks,
  });

const gridOf = (places: ArrayLike<number>, more: Partial<Deformation> = {}): Mark =>
  deformation({ corners: places, columns: cells, rows: cells, color: 'muted', width: 0.6, ...more });

const outline = (border: readonly PlanePoint[], color: string): Mark =>
  line({ points: [...border, border[0] as PlanePoint], color, width: 2.5 });

const entry = (value: number, colored = false): string =>
  `<td${colored ? ' class="on-diagonal"' : ''}>${written(value)}</td>`;

const matrix = ([a = 0, b = 0, c = 0, d = 0]: ArrayLike<number> & Iterable<number>): string =>
  `<table class="matrix"><caption>Jacobian in the cell</caption><tbody><tr>${entry(a, true)}${entry(b)}</tr><tr>${entry(c)}${entry(d, true)}</tr></tbody></table>`;

const figures = ({ before, after, det }: Bent): string => {
  const row = (what: string, value: string): string => `<tr><th scope="row">${what}</th><td>${value}</td></tr>`;
  return `<table class="figures"><tbody>${row('area before', written(areaOf(before), 4))}${row('area after, measured', written(areaOf(after), 4))}${row('after ÷ before', written(areaOf(after) / areaOf(before)))}${row('|det| of the layer, exp(logDet)', written(det))}</tbody></table>`;
};

/** The coupling at work on a grid. */
export const pictureOf = (bent: Bent, { stays }: GridState): Picture => {
  const { det, jacobian } = bent;
  const [a = 0, , , d = 0] = jacobian;
  const zero = stays === 'first' ? 'above' : 'below';
  return {
    before: draw('A regular grid in the base, one cell marked', [
      gridOf(corners(cells, square).flat(), { color: 'third' }),
      outline(bent.before, 'ink'),
    ]),
    after: draw(
      `The same grid after the coupling: the marked cell is ${written(det)} times as large. Cells that grew are orange, those that shrank blue.`,
      [gridOf(bent.corners, { values: bent.logDets.map((logDet) => logDet / strongest) }), outline(bent.after, 'ink')],
    ),
    figures: `${figures(bent)}${matrix(jacobian)}`,
    says: `The cell’s area becomes ${written(areaOf(bent.after) / areaOf(bent.before))} times what it was, and the layer says |det| = ${written(det)}. The ${stays} number stays, so the Jacobian has a zero ${zero} its diagonal: its determinant is the product ${written(a)} × ${written(d)}, and no other entry counts.`,
  };
};

/** Bends and draws. */
export const paintGrid: Painter<GridState> = (state, show) => {
  show(pictureOf(bend(state.strength, state.stays === 'second', [state.x, state.y]), state));
  return Promise.resolve();
};
