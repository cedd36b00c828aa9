import { fontFamily, palette } from '../palette.ts';

/** The colours and the font of a plot, as CSS. */
export interface Theme {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  /** The colour of what a plot is about. */
  readonly first: string;
  /** The colour of what it is compared with: told apart from `first` by lightness too. */
  readonly second: string;
  /** The colour of a third thing. */
  readonly third: string;
  readonly font: string;
}

/** Dark on white, in the font whose files the renderer is given: the same on paper, in a terminal's PNG and in a report. */
export const printTheme: Theme = {
  paper: palette.paper,
  ink: palette.ink,
  muted: palette.muted,
  rule: palette.rule,
  first: palette.train,
  second: palette.validation,
  third: '#0f766e',
  font: fontFamily,
};

const property = (name: keyof Theme): string => `var(--diffeo-${name}, ${printTheme[name]})`;

/**
 * Colours that a page sets by the custom properties `--diffeo-paper`, `-ink`, `-muted`, `-rule`, `-first`, `-second` and `-third`, so that a
 * plot that is in the page as SVG turns dark with it; those of {@link printTheme} where it sets none. The font is the page's.
 */
export const pageTheme: Theme = {
  paper: property('paper'),
  ink: property('ink'),
  muted: property('muted'),
  rule: property('rule'),
  first: property('first'),
  second: property('second'),
  third: property('third'),
  font: 'inherit',
};
