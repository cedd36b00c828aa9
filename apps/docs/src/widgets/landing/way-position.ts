import type { Square, Way } from '../../live/protocol.ts';

/** The base's side of the plane. */
const baseWindow: Square = { x: [-3.6, 3.6], y: [-3.6, 3.6] };

const between = (from: number, to: number, share: number): number => from + share * (to - from);

/** What lies between two stages of the way, as the slider stands: 0 at the data, `stages − 1` at the base. */
export interface Position {
  readonly points: Float32Array;
  readonly grid: Float32Array;
  readonly window: Square;
}

/** Points on their way, and the window that they are seen in: the data's own units at the data, the base's from the first layer on. */
export function positionOn({ points, grid }: Way, at: number, dataWindow: Square): Position {
  const stage = Math.min(Math.floor(at), points.length - 2);
  const share = at - stage;
  const mixed = (stages: readonly Float32Array[]): Float32Array => {
    const [from, to] = [stages[stage] as Float32Array, stages[stage + 1] as Float32Array];
    return from.map((value, i) => between(value, to[i] as number, share));
  };
  return { points: mixed(points), grid: mixed(grid), window: windowAt(at, dataWindow) };
}

/** The window at a stage. */
export function windowAt(at: number, { x, y }: Square): Square {
  const share = Math.min(1, at);
  const side = (data: readonly [number, number], base: readonly [number, number]): readonly [number, number] => [
    between(data[0], base[0], share),
    between(data[1], base[1], share),
  ];
  return { x: side(x, baseWindow.x), y: side(y, baseWindow.y) };
}
