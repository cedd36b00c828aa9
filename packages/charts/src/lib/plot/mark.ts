import type { Plane } from './plane.ts';
import type { Theme } from './theme.ts';

/** Something to draw on a plane: gives SVG elements. Marks lie above those that stand before them. */
export type Mark = (plane: Plane, theme: Theme) => string;

/** How a mark is coloured. */
export interface Ink {
  /** A colour of the theme, or any of CSS. */
  readonly color?: keyof Theme | (string & {});
  /** 0 to 1. Default 1. */
  readonly opacity?: number;
}

/** A colour of the theme by its name, or a colour of CSS as it is. */
export const colorOf = (theme: Theme, color: NonNullable<Ink['color']>): string =>
  Object.hasOwn(theme, color) ? theme[color as keyof Theme] : color;

/** An attribute that is left out where it would say what holds anyway. */
export const unless = (standard: number, name: string, value: number): string =>
  value === standard ? '' : ` ${name}="${value}"`;
