import type { Frame, Square } from '../../live/protocol.ts';
import { densityImage } from './density-image.ts';
import { positionOn, windowAt } from './way-position.ts';

/** What stands on the stage beside the flow. */
export interface Scene {
  readonly frame: Frame | null;
  readonly data: Float32Array;
  readonly window: Square;
  /** 0 at the data, and one more for each layer towards the base. */
  readonly at: number;
  readonly shows: { readonly data: boolean; readonly samples: boolean; readonly grid: boolean };
}

/** The picture of a flow, on a canvas that is as large as it is shown. */
export class Stage {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D;
  }

  /** Draws a scene. Cheap enough for every frame. */
  draw({ frame, data, window, at, shows }: Scene): void {
    this.clear();
    const atData = Math.max(0, 1 - 1.5 * at);
    if (frame && atData > 0) this.#drawDensity(frame, atData);
    const seen = windowAt(at, window);
    if (shows.data && atData > 0) this.#drawPoints(data, window, '--diffeo-second', 0.55 * atData, 1.15);
    if (!frame) return;
    const { way } = frame;
    if (!way) {
      if (shows.samples && at === 0) this.#drawPoints(frame.samples, window, '--diffeo-ink', 0.75, 1.15);
      return;
    }
    const { points, grid } = positionOn(way, at, window);
    if (shows.grid || at > 0) this.#drawGrid(grid, way.pointsPerLine, seen);
    if (shows.samples || at > 0) {
      this.#drawPoints(points, seen, '--diffeo-ink', 0.75 * atData, 1.15);
      this.#drawPoints(points, seen, '--diffeo-third', 0.95 * (1 - atData), 1.6);
    }
  }

  /** Points of a drawing, and the pen where keys move it. */
  drawSketch(points: readonly number[], window: Square, pen: readonly [number, number] | null): void {
    this.clear();
    this.#drawPoints(Float32Array.from(points), window, '--diffeo-second', 0.9, 3.5);
    if (!pen) return;
    const [x, y] = this.#place(pen[0], pen[1], window);
    const context = this.#context;
    context.strokeStyle = this.#color('--diffeo-ink');
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, 7, 0, 2 * Math.PI);
    context.moveTo(x - 12, y);
    context.lineTo(x + 12, y);
    context.moveTo(x, y - 12);
    context.lineTo(x, y + 12);
    context.stroke();
  }

  /** Fits the canvas to its place and wipes it. */
  clear(): void {
    const { clientWidth: side } = this.#canvas;
    const scale = Math.min(2, devicePixelRatio || 1);
    const pixels = Math.max(1, Math.round(side * scale));
    if (this.#canvas.width !== pixels) [this.#canvas.width, this.#canvas.height] = [pixels, pixels];
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#context.globalAlpha = 1;
    this.#context.clearRect(0, 0, side, side);
  }

  /** Where a place of the canvas, in CSS pixels, lies in a window. */
  pointAt(left: number, top: number, { x, y }: Square): readonly [number, number] {
    const side = this.#canvas.clientWidth;
    return [x[0] + (left / side) * (x[1] - x[0]), y[1] - (top / side) * (y[1] - y[0])];
  }

  #drawDensity({ density, cells }: Frame, opacity: number): void {
    const side = this.#canvas.clientWidth;
    this.#context.globalAlpha = opacity;
    this.#context.imageSmoothingQuality = 'high';
    const stops = ['0', '1', '2', '3'].map((name) => this.#color(`--density-${name}`));
    this.#context.drawImage(densityImage(density, cells, stops), 0, 0, side, side);
    this.#context.globalAlpha = 1;
  }

  #drawPoints(points: Float32Array, window: Square, color: string, opacity: number, radius: number): void {
    if (opacity <= 0) return;
    const context = this.#context;
    context.globalAlpha = opacity;
    context.fillStyle = this.#color(color);
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = this.#place(points[i] as number, points[i + 1] as number, window);
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
    context.globalAlpha = 1;
  }

  #drawGrid(grid: Float32Array, pointsPerLine: number, window: Square): void {
    const context = this.#context;
    context.globalAlpha = 0.5;
    context.strokeStyle = this.#color('--diffeo-third');
    context.lineWidth = 1;
    context.beginPath();
    for (let i = 0; i < grid.length; i += 2) {
      const [x, y] = this.#place(grid[i] as number, grid[i + 1] as number, window);
      if ((i / 2) % pointsPerLine === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  #place(x: number, y: number, window: Square): readonly [number, number] {
    const side = this.#canvas.clientWidth;
    return [
      (side * (x - window.x[0])) / (window.x[1] - window.x[0]),
      (side * (window.y[1] - y)) / (window.y[1] - window.y[0]),
    ];
  }

  /** Colours change with the theme, so they are looked up. */
  #color(name: string): string {
    return getComputedStyle(this.#canvas).getPropertyValue(name).trim();
  }
}
