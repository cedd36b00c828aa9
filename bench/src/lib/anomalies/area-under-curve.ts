/** How anomalies are told from ordinary rows by a number that is lower for them. */
export interface AreaUnderCurve {
  /** How often an anomaly has the lower number, of all pairs of an anomaly and an ordinary row; equal numbers count half. 0.5 is chance. */
  readonly area: number;
  /** For each row the share of rows of the other kind that it is on the right side of: what the area is the mean of, for either kind. */
  readonly placements: Float64Array;
}

/** The area under the receiver operating characteristic (Hanley & McNeil 1982). */
export function areaUnderCurve(scores: ArrayLike<number>, odd: readonly boolean[]): AreaUnderCurve {
  const of = (wanted: boolean): Float64Array =>
    Float64Array.from(odd.flatMap((own, i) => (own === wanted ? [scores[i] as number] : []))).sort();
  const [anomalies, ordinary] = [of(true), of(false)];
  const placements = Float64Array.from(odd, (isOdd, i) => {
    const score = scores[i] as number;
    const others = isOdd ? ordinary : anomalies;
    const [below, upTo] = [placeOf(others, score, false), placeOf(others, score, true)];
    const right = isOdd ? others.length - (below + upTo) / 2 : (below + upTo) / 2;
    return right / others.length;
  });
  return { area: placements.reduce((sum, own, i) => sum + (odd[i] ? own : 0), 0) / anomalies.length, placements };
}

/** How many of sorted numbers lie below another, or not above it. */
function placeOf(sorted: Float64Array, score: number, isEqualCounted: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const own = sorted[middle] as number;
    if (own < score || (isEqualCounted && own === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** By how much one area is larger than another of the same rows, and its standard error (DeLong et al. 1988). */
export function areaDifference(
  ours: AreaUnderCurve,
  theirs: AreaUnderCurve,
  odd: readonly boolean[],
): { readonly mean: number; readonly standardError: number } {
  const varianceOf = (wanted: boolean): number => {
    const differences = odd.flatMap((own, i) =>
      own === wanted ? [(ours.placements[i] as number) - (theirs.placements[i] as number)] : [],
    );
    const mean = differences.reduce((sum, own) => sum + own, 0) / differences.length;
    const squares = differences.reduce((sum, own) => sum + (own - mean) ** 2, 0);
    return squares / (differences.length - 1) / differences.length;
  };
  return { mean: ours.area - theirs.area, standardError: Math.sqrt(varianceOf(true) + varianceOf(false)) };
}
