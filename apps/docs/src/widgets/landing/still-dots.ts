import { type DotLook, drawDots } from './draw-dots.ts';

const names = ['window', 'color', 'radius', 'side'] as const;

/** Dots that stay where they are from frame to frame: drawn once, and copied. */
export class StillDots {
  readonly #canvas = document.createElement('canvas');
  #drawn: { readonly points: Float32Array; readonly look: DotLook; readonly scale: number } | null = null;

  /** A picture of them, with `scale` pixels for each of CSS. Where they overlap they are no darker. */
  picture(points: Float32Array, look: DotLook, scale: number): HTMLCanvasElement {
    const known = this.#drawn;
    const isKnown = known?.points === points && known.scale === scale;
    if (isKnown && names.every((name) => known.look[name] === look[name])) return this.#canvas;
    this.#drawn = { points, look, scale };
    [this.#canvas.width, this.#canvas.height] = [Math.round(look.side * scale), Math.round(look.side * scale)];
    const context = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
    context.scale(scale, scale);
    drawDots(context, points, look);
    return this.#canvas;
  }
}
