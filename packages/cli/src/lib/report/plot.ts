import { lossChart, printTheme } from '@diffeo/charts';
import { DiffeoError } from '@diffeo/core';
import { didYouMean, shortName } from '@diffeo/core/arguments';
import { type Column, columnNames } from '@diffeo/datasets';
import { atomicFile } from '../files/atomic-file.ts';
import type { ReportFacts, ReportRows } from './facts/report-facts.ts';
import { coveragePicture, transformsPicture } from './pictures/calibration-picture.ts';
import { comparisonPicture } from './pictures/comparison-picture.ts';
import { marginPicture, type PictureStyle, scoresPicture } from './pictures/margin-picture.ts';
import { dependentPairs, pairPicture, sharedRanges } from './pictures/pair-picture.ts';
import { sideBySide } from './pictures/side-by-side.ts';
import { factsOf, type ReportOptions } from './report.ts';

/** What there is to draw. */
export type PlotKind = 'pairs' | 'margins' | 'coverage' | 'columns' | 'scores' | 'comparison' | 'curve';

/** What `diffeo plot` was asked to do. */
export interface PlotOptions extends Omit<ReportOptions, 'out' | 'json' | 'top'> {
  readonly kind: PlotKind;
  /** Names of columns that are drawn; all, or the most dependent ones, without. */
  readonly only: readonly string[] | undefined;
  readonly out: string;
}

interface Found {
  readonly facts: ReportFacts;
  readonly drawn: ReportRows;
  readonly only: readonly number[] | undefined;
}

const style = (width: number, height: number): PictureStyle => ({ width, height, theme: printTheme, isAlone: true });
/** More than these in one picture are not to be seen. */
const maxColumns = 12;

function columnPictures({ facts, only }: Found, draw: (i: number, column: Column) => string): string {
  const shown = only ?? [...facts.columns.keys()].slice(0, maxColumns);
  const pictures = shown.map((i) => draw(i, facts.columns[i] as Column));
  return sideBySide(pictures, { width: 340, height: 240, across: 3 });
}

function pairs({ facts, drawn, only }: Found): string {
  const { columns } = facts;
  const all = only
    ? only.flatMap((a, i) => only.slice(i + 1).map((b) => [a, b] as const)).slice(0, maxColumns)
    : dependentPairs(columns, drawn.rows, 3);
  if (all.length === 0)
    throw new DiffeoError('USAGE', 'plot: pairs are of two columns of numbers, and there are not two');
  const pictures = all.flatMap((pair) =>
    (['first', 'second'] as const).map((color) => {
      const values = color === 'first' ? drawn.rows : drawn.samples;
      const [a, b] = pair;
      return pairPicture(
        {
          columns: [columns[a] as Column, columns[b] as Column],
          values: [values[a] as Float32Array, values[b] as Float32Array],
          ...{ ranges: sharedRanges(pair, drawn.rows, drawn.samples), color },
        },
        style(400, 380),
      );
    }),
  );
  return sideBySide(pictures, { width: 400, height: 380, across: 2 });
}

const alone = (picture: string, width: number, height: number): string =>
  sideBySide([picture], { width, height, across: 1 });

const pictures: Readonly<Record<PlotKind, (found: Found) => string>> = {
  pairs,
  margins: (found) =>
    columnPictures(found, (i, column) =>
      marginPicture(
        column,
        found.drawn.rows[i] as Float32Array,
        found.drawn.samples[i] as Float32Array,
        style(340, 240),
      ),
    ),
  coverage: ({ drawn }) => alone(coveragePicture(drawn.places.rows, drawn.places.samples, style(520, 420)), 520, 420),
  columns: (found) =>
    columnPictures(found, (i, { name }) =>
      transformsPicture(name, found.drawn.transforms[i] as Float64Array, style(340, 240)),
    ),
  scores: ({ drawn }) => alone(scoresPicture(drawn.rowScores, drawn.sampleScores, style(620, 320)), 620, 320),
  comparison: ({ facts: { compared, notCompared } }) => {
    if (notCompared !== null) throw new DiffeoError('DATA', `plot: there is nothing to compare with. ${notCompared}`);
    return alone(comparisonPicture(compared, style(620, 0)), 620, 60 + 34 * compared.length);
  },
  curve: ({ facts: { history, training } }) => {
    if (history.length === 0) {
      throw new DiffeoError(
        'DATA',
        'plot: beside the model lies no learning curve: a mixture has none, and one flow has it in its folder',
      );
    }
    const baseline = training?.baseline && {
      label: 'full-covariance Gaussian, held out',
      value: training.baseline.gaussianNll,
    };
    return alone(lossChart({ history, width: 860, height: 320, ...(baseline && { baseline }) }), 860, 320);
  },
};

function columnsNamed(names: readonly string[], columns: readonly Column[]): readonly number[] {
  const known = columnNames(columns);
  return names.map((name) => {
    const at = known.indexOf(name);
    if (at >= 0) return at;
    throw new DiffeoError(
      'USAGE',
      `--only: the model has no column '${shortName(name)}'${didYouMean(name, known) || `; they are ${known.slice(0, 12).join(', ')}`}`,
    );
  });
}

/** Draws one picture of what a report shows, as SVG or PNG. */
export async function plotModel({ kind, only, out, ...options }: PlotOptions): Promise<void> {
  const isPng = /\.png$/i.test(out);
  if (!isPng && !/\.svg$/i.test(out))
    throw new DiffeoError('USAGE', `--out of plot ends with .svg or .png; got '${out}'`);
  const file = atomicFile(out);
  try {
    const { facts, drawn } = await factsOf({ ...options, top: 1 });
    const svg = pictures[kind]({ facts, drawn, only: only && columnsNamed(only, facts.columns) });
    file.write(isPng ? await (await import('@diffeo/charts/node')).rasterise(svg) : svg);
    file.commit();
  } finally {
    file.discard();
  }
}
