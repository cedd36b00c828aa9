import type { Curve } from './curve.ts';
import { gaussLegendre } from './gauss-legendre.ts';

const rule = /* @__PURE__ */ gaussLegendre(16);
const order = rule.nodes.length;

/** A curve cut into pieces of about the same length, with quadrature nodes on each. */
interface Pieces {
  readonly count: number;
  /** x, y of the middle of each piece. */
  readonly middles: Float64Array;
  /** x, y and weight of the nodes, `order` to a piece. */
  readonly nodes: Float64Array;
}

/** Halves [from, to] until the curve above each part is no longer than `length`; never fewer than 8 parts. */
function cut(curve: Curve, from: number, to: number, length: number, depth = 0): [number, number][] {
  const middle = (from + to) / 2;
  const [a, b, c] = [curve.point(from), curve.point(middle), curve.point(to)];
  const measured = Math.hypot(b[0] - a[0], b[1] - a[1]) + Math.hypot(c[0] - b[0], c[1] - b[1]);
  if (depth >= 3 && measured <= length) return [[from, to]];
  return [...cut(curve, from, middle, length, depth + 1), ...cut(curve, middle, to, length, depth + 1)];
}

function cutAll(curves: readonly Curve[], length: number): Pieces {
  const middles: number[] = [];
  const nodes: number[] = [];
  for (const curve of curves) {
    for (const [from, to] of cut(curve, curve.from, curve.to, length)) {
      const middle = (from + to) / 2;
      const half = (to - from) / 2;
      middles.push(...curve.point(middle));
      rule.nodes.forEach((node, i) => {
        const t = middle + half * node;
        nodes.push(...curve.point(t), curve.weight * curve.density(t) * half * (rule.weights[i] as number));
      });
    }
  }
  return {
    count: middles.length / 2,
    middles: Float64Array.from(middles),
    nodes: Float64Array.from(nodes),
  };
}

/**
 * log Σ weight ∫ density(t) exp(−|x − point(t)|² / 2σ²) dt, as a function of the point x, with sixteen Gauss–Legendre
 * nodes on each piece of length σ or less. Pieces whose share is below e⁻⁴⁰ are left out.
 *
 * At distance d from the curve the exponent changes by at most d / σ along a piece, so the result is exact to about
 * 1e-12 near the curve and to 1e-8 at 100 σ. Far beyond, where it is less than −10⁵, it is finite and approximate.
 */
export function curveQuadrature(curves: readonly Curve[], noise: number): (x: number, y: number) => number {
  const { nodes, middles, count } = cutAll(curves, noise);
  const exponents = new Float64Array(count * order);
  const distances = new Float64Array(count);

  return (x, y) => {
    let least = Number.POSITIVE_INFINITY;
    for (let piece = 0; piece < count; piece++) {
      const dx = x - (middles[2 * piece] as number);
      const dy = y - (middles[2 * piece + 1] as number);
      const squared = dx * dx + dy * dy;
      distances[piece] = squared;
      if (squared < least) least = squared;
    }
    if (least === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
    const reach = (Math.sqrt(least + 80 * noise * noise) + noise / 2) ** 2;

    let largest = Number.NEGATIVE_INFINITY;
    for (let piece = 0; piece < count; piece++) {
      if ((distances[piece] as number) > reach) continue;
      for (let node = piece * order; node < (piece + 1) * order; node++) {
        const dx = x - (nodes[3 * node] as number);
        const dy = y - (nodes[3 * node + 1] as number);
        const exponent = -(dx * dx + dy * dy) / (2 * noise * noise);
        exponents[node] = exponent;
        if (exponent > largest) largest = exponent;
      }
    }
    let sum = 0;
    for (let piece = 0; piece < count; piece++) {
      if ((distances[piece] as number) > reach) continue;
      for (let node = piece * order; node < (piece + 1) * order; node++) {
        sum += (nodes[3 * node + 2] as number) * Math.exp((exponents[node] as number) - largest);
      }
    }
    return largest + Math.log(sum);
  };
}
