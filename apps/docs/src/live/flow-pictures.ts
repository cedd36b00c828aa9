import type { Flow, FlowParams } from '@diffeo/core';
import { type Prepared, prepared } from '@diffeo/trainer';
import { type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Square, View, Way } from './protocol.ts';

/** Pictures of one flow in one window of the plane, as numbers. */
export interface FlowPictures {
  /** The density at the middles of `cells × cells` boxes, row after row, the lowest first. */
  density(params: FlowParams, cells: number): Float32Array;
  /** Samples x₀, y₀, x₁, y₁, …: each is the image of the same point of the base every time. */
  samples(params: FlowParams, count: number): Float32Array;
  /** Points and a grid of the base on their way through the layers. */
  way(params: FlowParams, view: View): Way;
  dispose(): void;
}

/** Lines of the base's grid stand at −3, −2.5, …, 3. */
const gridEnd = 3;
const gridLines = 13;
const pointsPerLine = 61;
const samplesSeed = 1;

export function flowPictures(model: Flow, { x, y }: Square): FlowPictures {
  let ready: { readonly params: FlowParams; readonly flow: Prepared } | null = null;
  /** Optimisers that step in place keep the tensors, and what was recorded of them. */
  const flowWith = (params: FlowParams): Prepared => {
    if (ready?.params === params) return ready.flow;
    ready?.flow.dispose();
    ready = { params, flow: prepared(model, params) };
    return ready.flow;
  };
  const boxes = new Map<number, Tensor>();
  const middlesOf = (cells: number): Tensor => {
    const found = boxes.get(cells);
    if (found) return found;
    const values = new Float32Array(2 * cells * cells);
    for (let i = 0; i < cells * cells; i++) {
      values[2 * i] = x[0] + (((i % cells) + 0.5) / cells) * (x[1] - x[0]);
      values[2 * i + 1] = y[0] + ((Math.floor(i / cells) + 0.5) / cells) * (y[1] - y[0]);
    }
    const made = tensor2d(values, [cells * cells, 2]);
    boxes.set(cells, made);
    return made;
  };
  const numbersOf = (result: Tensor): Float32Array => {
    const numbers = (result.dataSync() as Float32Array).slice();
    result.dispose();
    return numbers;
  };

  const samples: FlowPictures['samples'] = (params, count) =>
    numbersOf(flowWith(params).sample({ count, seed: samplesSeed }));

  return {
    density: (params, cells) => {
      const values = numbersOf(flowWith(params).logProb(middlesOf(cells)));
      for (let i = 0; i < values.length; i++) values[i] = Math.exp(values[i] as number);
      return values;
    },
    samples,
    way: (params, { samples: count }) =>
      tidy(() => {
        const drawn = model.drawBase(params, { count, seed: samplesSeed });
        const start = new Float32Array(2 * count + gridPoints.length);
        start.set(drawn.dataSync() as Float32Array);
        start.set(gridPoints, 2 * count);
        const data = model.toData(params, tensor2d(start, [start.length / 2, 2]));
        // From the data to the base: the last step is the base's own density, which moves nothing.
        const steps = model.trace(params, data).slice(0, -1);
        const stages = [data, ...steps.map(({ value }) => value)].map((value) => value.dataSync() as Float32Array);
        return {
          points: stages.map((stage) => stage.slice(0, 2 * count)),
          grid: stages.map((stage) => stage.slice(2 * count)),
          pointsPerLine,
        };
      }),
    dispose: () => {
      ready?.flow.dispose();
      for (const box of boxes.values()) box.dispose();
    },
  };
}

/** The base's grid: lines across, then lines up. */
const gridPoints = ((): Float32Array => {
  const at = (i: number, count: number): number => -gridEnd + (2 * gridEnd * i) / (count - 1);
  const numbers: number[] = [];
  for (let lineIndex = 0; lineIndex < 2 * gridLines; lineIndex++) {
    const fixed = at(lineIndex % gridLines, gridLines);
    for (let i = 0; i < pointsPerLine; i++) {
      const along = at(i, pointsPerLine);
      numbers.push(...(lineIndex < gridLines ? [along, fixed] : [fixed, along]));
    }
  }
  return Float32Array.from(numbers);
})();
