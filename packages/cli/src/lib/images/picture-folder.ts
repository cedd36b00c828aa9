import { DiffeoError } from '@diffeo/core';
import { type FoundPictures, nameInMessage } from '@diffeo/datasets/node';
import { say } from '../terminal/say.ts';
import { type ImageFlowSize, requireTrainableImages, suggestedSize } from './image-shape.ts';

type Sized = FoundPictures['pictures'][number];

const text = ({ name, height, width }: Sized): string => `${nameInMessage(name)} with ${height} × ${width}`;

/**
 * What is seen of a folder of pictures by their headers, before any is unpacked: says which files are left out, and throws unless
 * their sizes, or the one that was asked for, are one that the flow takes: `DATA`, `SHAPE`, `MEMORY`.
 */
export function requireTrainablePictures(
  folder: string,
  { pictures, channels, others }: FoundPictures,
  { size, flow }: { readonly size: readonly [number, number] | undefined; readonly flow: ImageFlowSize },
): void {
  sayLeftOut(others);
  const count = pictures.length;
  const area = ({ height, width }: Sized): number => height * width;
  const [smallest, largest] = pictures.reduce<readonly [Sized, Sized]>(
    ([least, most], each) => [area(each) < area(least) ? each : least, area(each) > area(most) ? each : most],
    [pictures[0] as Sized, pictures[0] as Sized],
  );
  const { height, width } = smallest;
  if (!size && pictures.some((each) => each.height !== height || each.width !== width)) {
    const other = area(largest) > area(smallest) ? largest : pictures.find((each) => each.height !== height);
    const sides = Math.min(...[smallest, largest].flatMap((each) => [each.height, each.width]));
    throw new DiffeoError(
      'DATA',
      `the ${count} pictures of ${nameInMessage(folder)} have different sizes, such as ${text(smallest)} and ${text(other as Sized)} pixels: give the height and width to bring them to, such as --size ${suggestedSize({ count, sides, channels }, flow)}`,
    );
  }
  const shape = [...(size ?? ([height, width] as const)), channels] as const;
  requireTrainableImages({ name: folder, count, shape, resizable: true }, flow);
}

/** Says which pictures of other formats are left out, if any. */
export function sayLeftOut(others: FoundPictures['others']): void {
  const [first] = others;
  if (first === undefined) return;
  const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
  say(`left out ${nameInMessage(first)}${more}: PNG and JPEG files are read`);
}
