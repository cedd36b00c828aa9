import {
  add,
  cast,
  clipByValue,
  div,
  expandDims,
  fill,
  gather,
  greater,
  greaterEqual,
  less,
  log,
  maximum,
  minimum,
  mul,
  onesLike,
  range,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';

/**
 * A monotone curve z(x) for each of some columns: through knots that increase in both coordinates, with a slope at each, straight beyond
 * the first and the last. All are `[columns, knots]`.
 */
export interface MonotoneCurves {
  readonly x: Tensor;
  readonly z: Tensor;
  /** dz/dx, above 0. */
  readonly slope: Tensor;
}

/** What a direction returns, and log dz/dx there, each `[rows, columns]`. */
interface OnCurve {
  readonly value: Tensor;
  readonly logSlope: Tensor;
}

/** For each number, the place of the last knot that is not above it among all knots, never that of a column's last. By bisection. */
function pieceOf(points: Tensor, knots: Tensor): Tensor {
  const [columns, count] = knots.shape as [number, number];
  const table = reshape(knots, [-1]);
  const whole = (value: number): Tensor => fill([1, 1], value, 'int32');
  const first = expandDims(range(0, columns * count, count, 'int32'), 0);
  const last = add(first, whole(count - 2));
  let piece = add(fill(points.shape as [number, number], 0, 'int32'), first);
  for (let step = 2 ** Math.ceil(Math.log2(count - 1) - 1); step >= 1; step /= 2) {
    const next = minimum(add(piece, whole(step)), last);
    const beyond = cast(greaterEqual(points, gather(table, next as never)), 'int32');
    piece = add(piece, mul(beyond, sub(next, piece)));
  }
  return piece;
}

/** The piece that each number lies in: where it begins, its size, and its slopes at both ends as parts of its mean slope. */
function piecesAt({ x, z, slope }: MonotoneCurves, piece: Tensor) {
  const next = add(piece, fill([1, 1], 1, 'int32'));
  const at = (table: Tensor, place: Tensor): Tensor => gather(reshape(table, [-1]), place as never);
  const [left, bottom] = [at(x, piece), at(z, piece)];
  const [width, height] = [sub(at(x, next), left), sub(at(z, next), bottom)];
  const mean = div(height, width);
  const [begin, end] = [div(at(slope, piece), mean), div(at(slope, next), mean)];
  return { left, bottom, width, height, mean, begin, end };
}

type Pieces = ReturnType<typeof piecesAt>;

/** log dz/dx at the place ξ in a piece: that of its mean slope, and that of the curve in the unit square. */
function logSlopeAt({ mean, begin, end }: Pieces, place: Tensor): Tensor {
  const rest = sub(1, place);
  const both = mul(place, rest);
  const bent = sub(add(begin, end), 2);
  const numerator = add(add(mul(end, square(place)), mul(begin, square(rest))), mul(both, 2));
  return add(log(mean), sub(log(numerator), mul(log(add(1, mul(bent, both))), 2)));
}

/** The first and the last knot of each column, `[1, columns]`. */
function ends(table: Tensor): readonly [first: Tensor, last: Tensor] {
  const [columns, count] = table.shape as [number, number];
  const column = (at: number): Tensor => reshape(slice(table, [0, at], [columns, 1]), [1, columns]);
  return [column(0), column(count - 1)];
}

const within = (points: Tensor, knots: Tensor): Tensor => {
  const [first, last] = ends(knots);
  return minimum(maximum(points, first), last);
};

/**
 * The slope of the straight part that a number lies on, and 1 between the ends: what it is multiplied by is 0 there, and so must its
 * gradient be, which the rounding of a steep slope would not leave so.
 */
function endSlope(points: Tensor, { slope }: MonotoneCurves, knots: Tensor): Tensor {
  const [first, last] = ends(knots);
  const [low, high] = ends(slope);
  return where(less(points, first), low, where(greater(points, last), high, onesLike(points)));
}

/**
 * x → z by rational-quadratic pieces (Gregory & Delbourgo 1982; Durkan et al. 2019, eq. 4). With ξ the place in a piece, and its slopes b
 * and e at both ends as parts of its mean slope, (z − bottom)/height = (ξ² + bξ(1−ξ)) / (1 + (b+e−2)ξ(1−ξ)).
 */
export function alongCurve(curves: MonotoneCurves, x: Tensor): OnCurve {
  const inside = within(x, curves.x);
  const pieces = piecesAt(curves, pieceOf(inside, curves.x));
  const { left, bottom, width, height, begin, end } = pieces;
  const place = clipByValue(div(sub(inside, left), width), 0, 1);
  const both = mul(place, sub(1, place));
  const part = div(add(square(place), mul(begin, both)), add(1, mul(sub(add(begin, end), 2), both)));
  const beyond = mul(sub(x, inside), endSlope(x, curves, curves.x));
  return { value: add(add(bottom, mul(height, part)), beyond), logSlope: logSlopeAt(pieces, place) };
}

/** z → x: the root of that quadratic equation in ξ (Durkan et al., eq. 6 to 8), without the loss of a difference. */
export function backAlongCurve(curves: MonotoneCurves, z: Tensor): OnCurve {
  const inside = within(z, curves.z);
  const pieces = piecesAt(curves, pieceOf(inside, curves.z));
  const { left, bottom, width, height, begin, end } = pieces;
  const part = clipByValue(div(sub(inside, bottom), height), 0, 1);
  const bent = mul(part, sub(add(begin, end), 2));
  const [a, b] = [add(sub(1, begin), bent), sub(begin, bent)];
  const place = div(mul(part, 2), add(b, sqrt(maximum(add(square(b), mul(mul(a, part), 4)), 1e-30))));
  const beyond = div(sub(z, inside), endSlope(z, curves, curves.z));
  return { value: add(add(left, mul(width, place)), beyond), logSlope: logSlopeAt(pieces, clipByValue(place, 0, 1)) };
}
