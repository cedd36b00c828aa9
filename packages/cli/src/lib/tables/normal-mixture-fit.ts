/** A mixture of normals in one dimension. */
export interface FittedMixture {
  readonly means: readonly number[];
  readonly scales: readonly number[];
  readonly weights: readonly number[];
}

/** More components than this are not tried, nor one for fewer rows than this. */
const maxComponents = 12;
const rowsEach = 8;
/** No component is narrower than this part of the whole spread: it would sit on one number. */
const narrowest = 1e-3;
/** Training goes on from what is found, so that neither many rounds nor all of many numbers are needed. */
const maxRounds = 100;
const maxNumbers = 2000;
/** So little more likelihood a number ends the rounds, nats. */
const enough = 1e-4;

/** Parameters under way: arrays of one entry for each component. */
interface Components {
  readonly means: Float64Array;
  readonly scales: Float64Array;
  readonly weights: Float64Array;
}

const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

/** Components at equal shares of the sorted numbers. */
function initial(sorted: Float64Array, count: number, spread: number): Components {
  const shares = Float64Array.from({ length: count }, (_, k) => (k + 0.5) / count);
  return {
    means: shares.map((share) => sorted[Math.floor(share * sorted.length)] as number),
    scales: new Float64Array(count).fill(spread / count),
    weights: new Float64Array(count).fill(1 / count),
  };
}

/** One round of expectation–maximisation (Dempster et al. 1977), in place. Returns the log-likelihood before it. */
function improve(sorted: Float64Array, { means, scales, weights }: Components, spread: number): number {
  const count = means.length;
  const normaliser = weights.map((weight, k) => Math.log(weight) - Math.log(scales[k] as number) - logRoot2Pi);
  const [shares, mass, sums, squares] = Array.from({ length: 4 }, () => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let logLikelihood = 0;
  for (const x of sorted) {
    let most = -Infinity;
    for (let k = 0; k < count; k++) {
      const log = (normaliser[k] as number) - 0.5 * ((x - (means[k] as number)) / (scales[k] as number)) ** 2;
      shares[k] = log;
      if (log > most) most = log;
    }
    let total = 0;
    for (let k = 0; k < count; k++) total += shares[k] = Math.exp((shares[k] as number) - most);
    logLikelihood += most + Math.log(total);
    for (let k = 0; k < count; k++) {
      const share = (shares[k] as number) / total;
      const away = x - (means[k] as number);
      mass[k] = (mass[k] as number) + share;
      sums[k] = (sums[k] as number) + share * away;
      squares[k] = (squares[k] as number) + share * away * away;
    }
  }
  for (let k = 0; k < count; k++) {
    const own = (mass[k] as number) + 1e-9;
    const moved = (sums[k] as number) / own;
    means[k] = (means[k] as number) + moved;
    scales[k] = Math.max(Math.sqrt(Math.max(0, (squares[k] as number) / own - moved * moved)), narrowest * spread);
    weights[k] = own / (sorted.length + 1e-9 * count);
  }
  return logLikelihood;
}

/** The components of the greatest likelihood that is found from equal shares, and what the information criterion says of them. */
function estimate(sorted: Float64Array, count: number, spread: number) {
  const components = initial(sorted, count, spread);
  let before = -Infinity;
  for (let round = 0; round < maxRounds; round++) {
    const logLikelihood = improve(sorted, components, spread);
    const gained = logLikelihood - before;
    before = logLikelihood;
    if (gained < enough * sorted.length) break;
  }
  return { components, criterion: (3 * count - 1) * Math.log(sorted.length) - 2 * before };
}

/**
 * The mixture of normals that describes numbers best, by maximum likelihood: as many components as the Bayesian information
 * criterion asks for (Schwarz 1978), one where they are a normal. Of many numbers, 2,000 are looked at.
 */
export function fitNormalMixture(numbers: ArrayLike<number>): FittedMixture {
  const length = Math.min(numbers.length, maxNumbers);
  const sorted = Float64Array.from(
    { length },
    (_, i) => numbers[Math.floor((i * numbers.length) / length)] as number,
  ).sort();
  const mean = sorted.reduce((sum, x) => sum + x, 0) / length;
  const spread = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / length) || 1;
  const most = Math.max(1, Math.min(maxComponents, Math.floor(length / rowsEach)));
  let best = estimate(sorted, 1, spread);
  for (let count = 2; count <= most; count++) {
    const found = estimate(sorted, count, spread);
    if (found.criterion < best.criterion) best = found;
  }
  const { means, scales, weights } = best.components;
  return { means: [...means], scales: [...scales], weights: [...weights] };
}
