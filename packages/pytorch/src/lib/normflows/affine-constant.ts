import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import { scaleAndShift } from '../parts/affine-pieces.ts';
import type { Piece } from '../parts/piece.ts';

/** `ActNorm` and `AffineConstFlow`, x = z·eˢ + t for each feature, or for each channel of images, which have axes of `positions`. */
export function affineConstant(dict: StateDict): {
  readonly piece: Piece;
  readonly channels: number;
  readonly positions: number;
} {
  if (dict.has('data_dep_init_done') && dict.take('data_dep_init_done').values[0] === 0) {
    refuse(dict.path, 'an ActNorm that has not been initialised: call the model once on data');
  }
  const [s, t] = [dict.take('s'), dict.take('t')];
  const [, channels = 0, ...others] = s.shape;
  if (others.some((size) => size !== 1)) refuse(dict.path, 'a scale for each pixel has no equivalent here');
  const inverted = Array.from(s.values, (value) => -value);
  const shift = Array.from(t.values, (value, i) => value * -Math.exp(inverted[i] as number));
  return { piece: scaleAndShift(inverted, shift), channels, positions: others.length };
}
