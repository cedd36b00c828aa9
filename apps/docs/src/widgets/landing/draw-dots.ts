import type { Square } from '../../live/protocol.ts';

/** Where a place of the plane lies on a canvas of so many CSS pixels that shows a window of it. */
export const placeOn = (x: number, y: number, window: Square, side: number): readonly [number, number] => [
  (side * (x - window.x[0])) / (window.x[1] - window.x[0]),
  (side * (window.y[1] - y)) / (window.y[1] - window.y[0]),
];

/** What dots look like, and the size of the canvas that they are for. */
export interface DotLook {
  readonly window: Square;
  readonly color: string;
  /** CSS pixels. */
  readonly radius: number;
  /** CSS pixels. */
  readonly side: number;
}

/** Draws points x₀, y₀, x₁, y₁, …, each by itself: many circles as one path take browsers twice as long. */
export function drawDots(
  context: CanvasRenderingContext2D,
  points: ArrayLike<number>,
  { window, color, radius, side }: DotLook,
): void {
  context.fillStyle = color;
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = placeOn(points[i] as number, points[i + 1] as number, window, side);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
}
