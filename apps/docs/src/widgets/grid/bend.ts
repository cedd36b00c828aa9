import type { PlanePoint } from '@diffeo/charts';
import { disposeParams, type Flow, type FlowParams, flow } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { affineCoupling } from '@diffeo/layers-coupling';
import { mlp } from '@diffeo/networks';
import { jacobian, randomiseParams } from '@diffeo/testing';
import { reshape, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { corners, middles, pairs } from '../lib/lattice.ts';

/** The square that is bent, and how many cells it has along each side. */
export const square = [-2, 2] as const;
export const cells = 16;
/** How finely a cell's border is followed, so that its area is that of its curved outline. */
const stepsAlongSide = 12;
const networkSeed = 8;

/** What a coupling does to the grid, and to one cell of it. */
export interface Bent {
  /** Where the corners went: x and y, row after row. */
  readonly corners: Float32Array;
  /** The layer's own log|det| at the middle of each cell. */
  readonly logDets: Float32Array;
  /** The border of the chosen cell before and after. */
  readonly before: readonly PlanePoint[];
  readonly after: readonly PlanePoint[];
  /** exp(logDet) at the middle of the chosen cell, by the layer. */
  readonly det: number;
  /** The Jacobian there, row after row, by automatic differentiation. */
  readonly jacobian: Float64Array;
}

/** One coupling, whose network has been given weights of this size: 0 is the identity. */
function coupled(strength: number, swap: boolean): { readonly model: Flow; readonly params: FlowParams } {
  const conditioner = mlp({ hidden: [8], activation: 'tanh', outputScale: 0 });
  const model = flow({ eventShape: [2], layers: [affineCoupling({ swap, conditioner, bound: 1.2 })] });
  const initial = model.init(networkSeed);
  const params = randomiseParams(model.layout, initial, networkSeed, strength);
  disposeParams(model.layout, initial);
  return { model, params };
}

/** The cell that a point lies in: its lower left corner and its side. */
function cellAt([x, y]: PlanePoint): { readonly corner: PlanePoint; readonly side: number } {
  const [low, high] = square;
  const side = (high - low) / cells;
  const along = (value: number): number =>
    low + side * Math.min(cells - 1, Math.max(0, Math.floor((value - low) / side)));
  return { corner: [along(x), along(y)], side };
}

function borderOf({ corner: [x, y], side }: ReturnType<typeof cellAt>): PlanePoint[] {
  const along = Array.from({ length: stepsAlongSide }, (_, i) => (i / stepsAlongSide) * side);
  return [
    ...along.map((d): PlanePoint => [x + d, y]),
    ...along.map((d): PlanePoint => [x + side, y + d]),
    ...along.map((d): PlanePoint => [x + side - d, y + side]),
    ...along.map((d): PlanePoint => [x, y + side - d]),
  ];
}

/** The area within a closed polygon (the shoelace formula). */
export const areaOf = (polygon: readonly PlanePoint[]): number =>
  Math.abs(
    polygon.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = polygon[(i + 1) % polygon.length] as PlanePoint;
      return sum + (x * nextY - nextX * y) / 2;
    }, 0),
  );

/** Bends the grid by a coupling of `@diffeo/layers-coupling`, from the base to data. `swap`: the second number stays. */
export function bend(strength: number, swap: boolean, chosen: PlanePoint): Bent {
  const { model, params } = coupled(strength, swap);
  const cell = cellAt(chosen);
  const middle: PlanePoint = [cell.corner[0] + cell.side / 2, cell.corner[1] + cell.side / 2];
  const [grid, inside, before] = [corners(cells, square), middles(cells, square), borderOf(cell)];
  try {
    return tidied(() => {
      const points = tensor2d([...grid, ...inside, ...before, middle] as [number, number][]);
      const { value, logDet } = model.bijector.forward(params.layers, points, {});
      const [values, logDets] = [value.dataSync() as Float32Array, logDet.dataSync() as Float32Array];
      const of = (z: Tensor): Tensor =>
        reshape(model.bijector.forward(params.layers, reshape(z, [1, 2]), {}).value, [2]);
      const [afterGrid, afterInside] = [grid.length, grid.length + inside.length];
      return {
        corners: values.slice(0, 2 * afterGrid),
        logDets: logDets.slice(afterGrid, afterInside),
        before,
        after: pairs(values, afterInside, afterInside + before.length),
        det: Math.exp(logDets.at(-1) as number),
        jacobian: jacobian(of, tensor1d([...middle])),
      };
    });
  } finally {
    disposeParams(model.layout, params);
  }
}
