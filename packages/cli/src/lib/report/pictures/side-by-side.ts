import { printTheme } from '@diffeo/charts';

/** Pictures of one size in rows, as one picture on paper. */
export function sideBySide(
  pictures: readonly string[],
  { width, height, across }: { readonly width: number; readonly height: number; readonly across: number },
): string {
  const columns = Math.min(across, pictures.length);
  const whole = { width: columns * width, height: Math.ceil(pictures.length / columns) * height };
  const placed = pictures.map(
    (picture, i) =>
      `<g transform="translate(${(i % columns) * width} ${Math.floor(i / columns) * height})">${picture}</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}" viewBox="0 0 ${whole.width} ${whole.height}">`,
    `<rect width="${whole.width}" height="${whole.height}" fill="${printTheme.paper}"/>`,
    ...placed,
    '</svg>',
    '',
  ].join('\n');
}
