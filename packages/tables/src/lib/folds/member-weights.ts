/**
 * The weights of a mixture by which rows are most likely, given each row's log-density under each kind of member: expectation and
 * maximisation, `floors[k]` the least weight of a kind. `logs[k]` has the rows of kind k.
 */
export function memberWeights(logs: readonly Float64Array[], floors: readonly number[]): Float64Array {
  const [kinds, rows] = [logs.length, (logs[0] as Float64Array).length];
  let weights = new Float64Array(kinds).fill(1 / kinds);
  for (let round = 0; round < 500; round++) {
    // One row of each kind beforehand: a kind that no row prefers keeps a little.
    const sums = new Float64Array(kinds).fill(0.02);
    for (let row = 0; row < rows; row++) {
      const most = logs.reduce((max, log) => Math.max(max, log[row] as number), -Infinity);
      if (most === -Infinity) continue;
      const shares = logs.map((log, k) => (weights[k] as number) * Math.exp((log[row] as number) - most));
      const total = shares.reduce((sum, share) => sum + share, 0);
      for (let k = 0; k < kinds; k++) sums[k] = (sums[k] as number) + (shares[k] as number) / total;
    }
    const total = sums.reduce((sum, own) => sum + own, 0);
    const next = sums.map((own, k) => Math.max(own / total, floors[k] as number));
    const scale = next.reduce((sum, own) => sum + own, 0);
    const moved = next.map((own) => own / scale);
    const change = moved.reduce((max, own, k) => Math.max(max, Math.abs(own - (weights[k] as number))), 0);
    weights = moved;
    if (change < 1e-5) break;
  }
  return weights;
}

/** The log-density of each row under the mixture of such weights. */
export function mixedScores(logs: readonly Float64Array[], weights: Float64Array): Float64Array {
  return Float64Array.from(logs[0] as Float64Array, (_, row) => {
    const most = logs.reduce((max, log) => Math.max(max, log[row] as number), -Infinity);
    if (most === -Infinity) return most;
    const sum = logs.reduce((sum, log, k) => sum + (weights[k] as number) * Math.exp((log[row] as number) - most), 0);
    return most + Math.log(sum);
  });
}
