import { axisRange } from './axis-range.ts';
import { cutAbove } from './cut-above.ts';
import { type Baseline, checkHistory, type LossPoint } from './loss-history.ts';
import { dots } from './plot/dots.ts';
import { type Label, labels } from './plot/labels.ts';
import { lines } from './plot/line.ts';
import type { Mark } from './plot/mark.ts';
import type { PlanePoint } from './plot/plane.ts';
import { plot } from './plot/plot.ts';
import { printTheme, type Theme } from './plot/theme.ts';

/** What to draw, and how large (in CSS pixels). */
export interface LossChart {
  /** In order of step. May be empty. */
  readonly history: readonly LossPoint[];
  readonly baseline?: Baseline | undefined;
  readonly width: number;
  readonly height: number;
  /** Default {@link printTheme}. */
  readonly theme?: Theme;
}

interface Curve {
  readonly name: string;
  readonly points: readonly PlanePoint[];
  readonly color: keyof Theme;
  readonly width: number;
  readonly isDashed?: boolean;
}

/**
 * The training curve as a stand-alone SVG: loss against step, the last value of each curve written at its end. The same arguments give
 * the same text.
 *
 * Throws `NOT_FINITE` when a step, a loss or the baseline is NaN or infinite, `DATA` when steps go backwards.
 */
export const lossChart = ({ history, baseline, width, height, theme = printTheme }: LossChart): string => {
  checkHistory(history, baseline);
  const train = history.map(({ step, train }): PlanePoint => [step, train]);
  const validation = history.flatMap(({ step, validation }): PlanePoint[] =>
    validation === undefined ? [] : [[step, validation]],
  );
  const steps = stepRange(history.map(({ step }) => step));
  const losses = axisRange(
    [...train, ...validation].map(([, loss]) => loss),
    baseline === undefined ? [] : [baseline.value],
  );
  const across = (value: number): PlanePoint[] => [
    [steps[0], value],
    [steps[1], value],
  ];
  const all: readonly Curve[] = [
    { name: 'train', points: train, color: 'first', width: 1.5 },
    { name: 'validation', points: validation, color: 'second', width: 2.5 },
    ...(baseline
      ? [{ name: baseline.label, points: across(baseline.value), color: 'ink', width: 1.5, isDashed: true } as const]
      : []),
  ];
  const curves = all.filter(({ points }) => points.length > 0);
  return plot({
    ...{ width, height, theme },
    title: `Loss against step${curves.length > 0 ? `: ${curves.map(({ name }) => name).join(', ')}` : ''}`,
    x: { domain: steps, label: 'step', ticks: wholeTicks(steps), format: (step) => step.toLocaleString('en') },
    y: { domain: [losses.min, losses.max] },
    margin: { left: 44, right: 52 },
    legend: curves.map(({ name, color, isDashed }) => ({ label: name, color, shape: isDashed ? 'dashes' : 'line' })),
    marks: curves.map((curve) => strokes(curve, losses.max)),
    annotations: endLabels(curves, { top: losses.max, perPixel: (losses.max - losses.min) / (height - 90) }),
  });
};

/** The whole run; from 0 when the first record comes after the first step. */
const stepRange = (steps: readonly number[]): readonly [number, number] => {
  const first = steps[0] ?? 0;
  const last = steps.at(-1) ?? 0;
  return last > first ? [first === 1 ? 0 : first, last] : [Math.min(0, last), Math.max(last, 1)];
};

/** Steps are whole: of few, each one. */
const wholeTicks = ([first, last]: readonly [number, number]): number | readonly number[] =>
  last - first < 5 ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : 5;

/** A curve without what lies above the top; one point as a dot. */
const strokes = ({ points, color, width, isDashed = false }: Curve, top: number): Mark => {
  if (points.length === 1) return dots({ points, color, radius: 3.5 });
  const drawn: PlanePoint[][] = [[]];
  for (const [step, loss] of cutAbove(points, top)) {
    if (loss === null) drawn.push([]);
    else drawn.at(-1)?.push([step, loss]);
  }
  return lines({ lines: drawn.filter(({ length }) => length > 1), color, width, ...(isDashed && { dash: [6, 4] }) });
};

/** Pixels between the base lines of two labels. */
const labelGap = 14;

/** The last value of each curve, beside its end; where ends lie close, one label below the other. */
const endLabels = (
  curves: readonly Curve[],
  { top, perPixel }: { readonly top: number; readonly perPixel: number },
): Mark[] => {
  const ends = curves.map(({ points, color }) => ({ color, end: points.at(-1) as PlanePoint }));
  ends.sort((a, b) => b.end[1] - a.end[1]);
  let lowest = Number.POSITIVE_INFINITY;
  return ends.map(({ color, end: [step, loss] }) => {
    const place = Math.min(loss, top, lowest - labelGap * perPixel);
    lowest = place;
    const label: Label = { text: loss.toFixed(2), at: [step, place], anchor: 'start', shift: [6, 4] };
    return labels({ labels: [label], color, bold: true });
  });
};
