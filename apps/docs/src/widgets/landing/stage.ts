import type { Frame, Square } from '../../live/protocol.ts';
import { densityImage } from './density-image.ts';
import { drawDots, placeOn } from './draw-dots.ts';
import { StillDots } from './still-dots.ts';
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
  readonly #data = new StillDots();
  /** What was read from the page: reading it again would make the browser lay the page out within every frame. */
  readonly #colors = new Map<string, string>();
  #side = 0;
  #scale = 1;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D;
  }

  /** The canvas may be larger or smaller now, or the theme another. */
  refit(): void {
    this.#side = 0;
    this.#colors.clear();
  }

  /** Draws a scene. Cheap enough for every frame. */
  draw({ frame, data, window, at, shows }: Scene): void {
    this.clear();
    if (this.#side === 0) return;
    const atData = Math.max(0, 1 - 1.5 * at);
    if (frame && atData > 0) this.#drawDensity(frame, atData);
    const seen = windowAt(at, window);
    if (shows.data && atData > 0) this.#drawData(data, window, 0.55 * atData);
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
    this.#drawPoints(points, window, '--diffeo-second', 0.9, 3.5);
    if (!pen) return;
    const [x, y] = placeOn(pen[0], pen[1], window, this.#side);
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
    // 0 while it is hidden.
    if (this.#side === 0) [this.#side, this.#scale] = [this.#canvas.clientWidth, Math.min(2, devicePixelRatio || 1)];
    const pixels = Math.max(1, Math.round(this.#side * this.#scale));
    if (this.#canvas.width !== pixels) [this.#canvas.width, this.#canvas.height] = [pixels, pixels];
    this.#context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    this.#context.globalAlpha = 1;
    this.#context.clearRect(0, 0, this.#side, this.#side);
  }

  /** Where a place of the canvas, in CSS pixels, lies in a window. */
  pointAt(left: number, top: number, { x, y }: Square): readonly [number, number] {
    const side = this.#canvas.clientWidth;
    return [x[0] + (left / side) * (x[1] - x[0]), y[1] - (top / side) * (y[1] - y[0])];
  }

  #drawDensity({ density, cells }: Frame, opacity: number): void {
    const stops = ['0', '1', '2', '3'].map((name) => this.#color(`--density-${name}`));
    this.#put(densityImage(density, cells, stops), opacity);
  }

  #drawData(points: Float32Array, window: Square, opacity: number): void {
    const look = { window, color: this.#color('--diffeo-second'), radius: 1.15, side: this.#side };
    this.#put(this.#data.picture(points, look, this.#scale), opacity);
  }

  /** A picture of the whole stage. */
  #put(picture: HTMLCanvasElement, opacity: number): void {
    this.#context.globalAlpha = opacity;
    this.#context.drawImage(picture, 0, 0, this.#side, this.#side);
    this.#context.globalAlpha = 1;
  }

  #drawPoints(points: ArrayLike<number>, window: Square, name: string, opacity: number, radius: number): void {
    if (opacity <= 0) return;
    this.#context.globalAlpha = opacity;
    drawDots(this.#context, points, { window, color: this.#color(name), radius, side: this.#side });
    this.#context.globalAlpha = 1;
  }

  #drawGrid(grid: Float32Array, pointsPerLine: number, window: Square): void {
    const context = this.#context;
    context.globalAlpha = 0.5;
    context.strokeStyle = this.#color('--diffeo-third');
    context.lineWidth = 1;
    context.beginPath();
    for (let i = 0; i < grid.length; i += 2) {
      const [x, y] = placeOn(grid[i] as number, grid[i + 1] as number, window, this.#side);
      if ((i / 2) % pointsPerLine === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  /** Colours change with the theme, so they are looked up, once for each. */
  #color(name: string): string {
    const known = this.#colors.get(name);
    if (known !== undefined) return known;
    const color = getComputedStyle(this.#canvas).getPropertyValue(name).trim();
    this.#colors.set(name, color);
    return color;
  }
}
