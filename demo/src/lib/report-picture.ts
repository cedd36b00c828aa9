import { type Baseline, type LossPoint, lossChart, wrapText } from '@diffeo/charts';
import { loadTextWidth, rasterise } from '@diffeo/charts/node';
import { takeRows } from '@diffeo/datasets';
import { type Images, imageSheet } from '@diffeo/datasets/images';
import { reportSize, reportSvg, subtitleStyle, titleStyle } from './report-svg.ts';

/** What the report shows. */
export interface Report {
  readonly title: string;
  readonly subtitle: string;
  /** The first hundred are shown. */
  readonly real: Images;
  /** The first hundred are shown. */
  readonly sampled: Images;
  /** Losses in bits per dimension, in order of step. */
  readonly history: readonly LossPoint[];
  /** In bits per dimension. Default: none. */
  readonly baseline?: Baseline;
}

/**
 * The report of a training run as a PNG, 1928 pixels wide: a hundred real digits beside a hundred sampled ones, the training curve
 * below. Long titles are wrapped. The same report gives the same bytes, whatever fonts the machine has.
 *
 * Throws what `imageSheet` and `lossChart` throw.
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
  const sheets = { real: sheet(real), sampled: sheet(sampled) };
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

/** Up to a hundred digits in rows of ten, dark on white, as a `data:` URI. */
const sheet = (digits: Images): string => {
  const shown = takeRows(digits, [...Array(Math.min(digits.count, 100)).keys()]);
  const png = imageSheet(shown, { columns: 10, gap: 4, scale: 10, background: 200, ink: true });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
};
