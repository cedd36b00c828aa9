import { type Digits, dataUri, digitSheet } from './digit-sheet.ts';
import { lossChart } from './loss-chart.ts';
import type { Baseline, LossPoint } from './loss-history.ts';
import { rasterise } from './rasterise.ts';
import { reportSize, reportSvg, subtitleStyle, titleStyle } from './report-svg.ts';
import { loadTextWidth } from './text-width.ts';
import { wrapText } from './wrap-text.ts';

/** What the report shows. */
export interface Report {
  readonly title: string;
  readonly subtitle: string;
  /** The first hundred are shown. */
  readonly real: Digits;
  /** The first hundred are shown. */
  readonly sampled: Digits;
  /** Losses in bits per dimension, in order of step. */
  readonly history: readonly LossPoint[];
  /** In bits per dimension. Default: none. */
  readonly baseline?: Baseline;
}

/**
 * The report of a training run as a PNG, 1928 pixels wide: a hundred real digits beside a hundred sampled ones, the training curve
 * below. Long titles are wrapped. The same report gives the same bytes, whatever fonts the machine has.
 *
 * Throws what {@link digitSheet} and {@link lossChart} throw.
 */
export const reportPicture = async ({
  title,
  subtitle,
  real,
  sampled,
  history,
  baseline,
}: Report): Promise<Uint8Array> => {
  const { width, margin, chartHeight } = reportSize;
  const innerWidth = width - 2 * margin;
  const sheets = { real: dataUri(digitSheet(real)), sampled: dataUri(digitSheet(sampled)) };
  const chart = lossChart({ history, baseline, width: innerWidth, height: chartHeight });
  const textWidth = await loadTextWidth();
  return rasterise(
    reportSvg({
      title: wrapText(title, (line) => textWidth(line, titleStyle) <= innerWidth),
      subtitle: wrapText(subtitle, (line) => textWidth(line, subtitleStyle) <= innerWidth),
      real: { heading: 'real digits', href: sheets.real },
      sampled: { heading: 'sampled by the flow', href: sheets.sampled },
      chart: { heading: 'training curve, bits per dimension', svg: chart },
    }),
  );
};
