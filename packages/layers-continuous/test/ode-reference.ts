import type { RowFunction, TransformedRow } from '@diffeo/testing';

/** A dense layer in float64: weights `[inputs][outputs]`. */
interface Layer {
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

function layersOf(params: ReadonlyMap<string, Float64Array>): Layer[] {
  const layers: Layer[] = [];
  for (let i = 0; ; i++) {
    const bias = params.get(`network.${i}.bias`);
    const weight = params.get(`network.${i}.weight`);
    if (!bias || !weight) return layers;
    const rows = weight.length / bias.length;
    layers.push({
      bias: [...bias],
      weight: Array.from({ length: rows }, (_, r) => [...weight.subarray(r * bias.length, (r + 1) * bias.length)]),
    });
  }
}

/** dx/dt of a network with tanh, whose input has the time behind each place's channels and the context behind all. */
function velocity(layers: readonly Layer[], input: readonly number[]): number[] {
  return layers.reduce<number[]>(
    (h, { weight, bias }, i) => {
      const z = bias.map((b, j) => h.reduce((sum, value, k) => sum + value * (weight[k]?.[j] as number), b));
      return i < layers.length - 1 ? z.map(Math.tanh) : z;
    },
    [...input],
  );
}

const channelsOf = (size: number): number => (size === 4 ? 2 : size);

/** The equation of FFJORD, solved by 40 steps of the classical Runge–Kutta method in float64, with the divergence by central differences. */
const solved =
  (from: number, to: number): RowFunction<TransformedRow> =>
  (point, params, context) => {
    const layers = layersOf(params);
    const size = point.length;
    const channels = channelsOf(size);
    const at = (x: readonly number[], t: number): number[] => {
      const input: number[] = [];
      for (let i = 0; i < size; i += channels) input.push(...x.slice(i, i + channels), t);
      return velocity(layers, [...input, ...(context ?? [])]);
    };
    const divergence = (x: readonly number[], t: number): number =>
      x.reduce((sum, _, d) => {
        const moved = (by: number) => at(x.with(d, (x[d] as number) + by), t)[d] as number;
        return sum + (moved(1e-5) - moved(-1e-5)) / 2e-5;
      }, 0);
    const steps = 40;
    const h = (to - from) / steps;
    const ahead = (x: readonly number[], k: readonly number[], by: number) =>
      x.map((v, d) => v + by * (k[d] as number));
    let x = [...point];
    let logDet = 0;
    for (let i = 0; i < steps; i++) {
      const t = from + i * h;
      const k1 = at(x, t);
      const half = ahead(x, k1, h / 2);
      const k2 = at(half, t + h / 2);
      const again = ahead(x, k2, h / 2);
      const k3 = at(again, t + h / 2);
      const end = ahead(x, k3, h);
      const k4 = at(end, t + h);
      const between = 2 * (divergence(half, t + h / 2) + divergence(again, t + h / 2));
      logDet += (h / 6) * (divergence(x, t) + between + divergence(end, t + h));
      x = [k1, k2, k2, k3, k3, k4].reduce((sum, k) => ahead(sum, k, h / 6), x);
    }
    return { value: x, logDet };
  };

/** What a continuous layer with `mlp({ activation: 'tanh' })` computes, written without the layer. Four numbers are `[2, 2]`. */
export const odeReference = { forward: solved(0, 1), inverse: solved(1, 0) };
