export { type LossChart, lossChart } from './lib/loss-chart.ts';
export type { Baseline, LossPoint } from './lib/loss-history.ts';
export { fontFamily, palette } from './lib/palette.ts';
export { svgText, type TextLine } from './lib/svg-text.ts';
export { wrapText } from './lib/wrap-text.ts';
