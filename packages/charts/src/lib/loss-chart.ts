import { LineChart, type LineSeriesOption } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { axisRange } from './axis-range.ts';
import { cutAbove } from './cut-above.ts';
import { type Baseline, checkHistory, type LossPoint } from './loss-history.ts';
import { fontFamily, palette } from './palette.ts';

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

/** What to draw, and how large (in CSS pixels). */
export interface LossChart {
  /** In order of step. May be empty. */
  readonly history: readonly LossPoint[];
  readonly baseline?: Baseline | undefined;
  readonly width: number;
  readonly height: number;
}

type Point = readonly [step: number, loss: number];

/**
 * The training curve as a stand-alone SVG: loss against step, the last value of each curve written at its end. The same arguments give
 * the same text.
 *
 * Throws `NOT_FINITE` when a step, a loss or the baseline is NaN or infinite, `DATA` when steps go backwards.
 */
export const lossChart = ({ history, baseline, width, height }: LossChart): string => {
  checkHistory(history, baseline);
  const train = history.map(({ step, train }): Point => [step, train]);
  const validation = history.flatMap(({ step, validation }): Point[] =>
    validation === undefined ? [] : [[step, validation]],
  );
  const steps = stepRange(history.map(({ step }) => step));
  const losses = axisRange(
    [...train, ...validation].map(([, loss]) => loss),
    baseline === undefined ? [] : [baseline.value],
  );
  const everywhere = (value: number): Point[] => [
    [steps.min, value],
    [steps.max, value],
  ];
  const curves: readonly Curve[] = [
    { name: 'train', points: train, color: palette.train, width: 1.5 },
    { name: 'validation', points: validation, color: palette.validation, width: 2.5 },
    ...(baseline === undefined
      ? []
      : [
          {
            name: baseline.label,
            points: everywhere(baseline.value),
            color: palette.baseline,
            width: 1.5,
            dashed: true,
          },
        ]),
  ];
  return draw(
    {
      xAxis: { type: 'value', ...steps, ...stepAxis },
      yAxis: { type: 'value', ...losses, ...lossAxis },
      series: curves.filter(({ points }) => points.length > 0).map((curve) => series(curve, losses.max)),
    },
    width,
    height,
  );
};

/** The whole run; from 0 when the first record comes after the first step. */
const stepRange = (steps: readonly number[]): { min: number; max: number } => {
  const first = steps[0] ?? 0;
  const last = steps.at(-1) ?? 0;
  return last > first
    ? { min: first === 1 ? 0 : first, max: last }
    : { min: Math.min(0, last), max: Math.max(last, 1) };
};

const label = { fontFamily, fontSize: 12, color: palette.muted };

const stepAxis = {
  minInterval: 1,
  name: 'step',
  nameLocation: 'middle',
  nameGap: 28,
  nameTextStyle: label,
  axisLabel: { ...label, hideOverlap: true },
  splitLine: { show: false },
  axisLine: { lineStyle: { color: palette.muted } },
  axisTick: { show: true, lineStyle: { color: palette.muted } },
} as const;

const lossAxis = {
  axisLabel: label,
  splitLine: { lineStyle: { color: palette.rule } },
  axisLine: { show: false },
  axisTick: { show: false },
} as const;

const legend = {
  left: 0,
  top: 0,
  padding: 0,
  itemGap: 36,
  itemWidth: 28,
  selectedMode: false,
  itemStyle: { opacity: 0 },
  textStyle: { ...label, color: palette.ink },
} as const;

const draw = (parts: object, width: number, height: number): string => {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, grid: { left: 44, right: 48, top: 34, bottom: 44 }, legend, ...parts });
    return stillPicture(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
};

interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
  readonly color: string;
  readonly width: number;
  readonly dashed?: boolean;
}

const series = ({ name, points, color, width, dashed = false }: Curve, top: number): LineSeriesOption => ({
  type: 'line',
  name,
  data: cutAbove(points, top) as [number, number | null][],
  silent: true,
  clip: false,
  showSymbol: points.length === 1,
  symbol: points.length === 1 ? 'circle' : 'none',
  symbolSize: 7,
  itemStyle: { color },
  lineStyle: { color, width, type: dashed ? [6, 4] : 'solid', join: 'round' },
  endLabel: {
    ...label,
    show: true,
    formatter: (points.at(-1)?.[1] ?? 0).toFixed(2),
    fontWeight: 'bold',
    color,
    distance: 6,
  },
  labelLayout: { moveOverlap: 'shiftY' },
});

/**
 * Drops what a still picture does not need: classes, which echarts numbers across all charts of a process, their hover styles, and clip
 * paths, since the curves are cut already.
 */
const stillPicture = (svg: string): string =>
  svg.replace(/<defs[\s\S]*<\/style>\s*/, '').replaceAll(/ (?:class|clip-path|pointer-events|ecmeta_\w+)="[^"]*"/g, '');
