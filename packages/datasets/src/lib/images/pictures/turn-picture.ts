import type { DecodedPicture } from './decoded-picture.ts';

/** Whether width and height change places. */
export const isOnItsSide = (orientation: number): boolean => orientation >= 5;

/** The picture upright: turned and mirrored as its EXIF orientation says, 1 (as it is) to 8. */
export function turnPicture(picture: DecodedPicture, orientation: number): DecodedPicture {
  if (orientation === 1) return picture;
  const { width: storedWidth, height: storedHeight, channels, data } = picture;
  const onItsSide = isOnItsSide(orientation);
  const [width, height] = onItsSide ? [storedHeight, storedWidth] : [storedWidth, storedHeight];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBelow = [3, 4, 6, 7].includes(orientation);
  const turned = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = onItsSide ? [y, x] : [x, y];
      const storedX = fromRight ? storedWidth - 1 - column : column;
      const storedY = fromBelow ? storedHeight - 1 - row : row;
      const from = (storedY * storedWidth + storedX) * channels;
      for (let channel = 0; channel < channels; channel++) turned[to++] = data[from + channel] as number;
    }
  }
  return { width, height, channels, data: turned };
}
