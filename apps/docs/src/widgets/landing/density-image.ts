/** Faint parts are lifted. */
const gamma = 0.55;
/** So many colours, evenly from no density to the most: enough for the faint ones, which are lifted the furthest. */
const shades = 4096;

let canvas: HTMLCanvasElement | null = null;
let known: { readonly stops: string; readonly colors: Uint8ClampedArray } | null = null;

/**
 * A density as a small picture, a pixel a box.
 *
 * @param stops CSS colours of `#rrggbb`, of no density to the most
 */
export function densityImage(density: Float32Array, cells: number, stops: readonly string[]): HTMLCanvasElement {
  canvas ??= document.createElement('canvas');
  if (canvas.width !== cells) [canvas.width, canvas.height] = [cells, cells];
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = context.createImageData(cells, cells);
  const pixels = new Uint32Array(image.data.buffer);
  const colors = new Uint32Array(rampOf(stops).buffer);
  // A single box may stand out far above the rest.
  const highest = density.slice().sort()[Math.floor(0.997 * (density.length - 1))] || 1;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const share = Math.min(1, (density[row * cells + column] as number) / highest);
      pixels[(cells - 1 - row) * cells + column] = colors[Math.round((shades - 1) * share)] as number;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function rampOf(stops: readonly string[]): Uint8ClampedArray {
  const name = stops.join();
  if (known?.stops === name) return known.colors;
  const parts = stops.map((stop) => [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16)));
  const colors = new Uint8ClampedArray(4 * shades);
  for (let i = 0; i < shades; i++) {
    const at = (i / (shades - 1)) ** gamma * (parts.length - 1);
    const first = Math.min(Math.floor(at), parts.length - 2);
    for (let part = 0; part < 3; part++) {
      const [from, to] = [parts[first]?.[part] ?? 0, parts[first + 1]?.[part] ?? 0];
      colors[4 * i + part] = from + (at - first) * (to - from);
    }
    colors[4 * i + 3] = 255;
  }
  known = { stops: name, colors };
  return colors;
}
