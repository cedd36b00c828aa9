import { loadResvg } from './resvg.ts';
import { svgText } from './svg-text.ts';

/** Width of a line of text in CSS pixels. */
export type TextWidth = (text: string, style: { readonly size: number; readonly bold?: boolean }) => number;

/** Measures text with the fonts that will draw it. */
export const loadTextWidth = async (): Promise<TextWidth> => {
  const parse = await loadResvg();
  return (text, style) => {
    const line = svgText({ text, x: 0, y: 0, color: '#000', ...style });
    const document = parse(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">${line}</svg>`);
    try {
      return document.getBBox()?.width ?? 0;
    } finally {
      document.free();
    }
  };
};
