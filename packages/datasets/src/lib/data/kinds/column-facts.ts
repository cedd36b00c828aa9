/** Numbers with more decimals than this are not rounded to any. */
const maxDecimals = 4;

/** So many different numbers are counted; of more, those that come often. */
const maxCounted = 4096;

/** What one pass over the numbers of a column finds, in memory that does not grow with them. */
export class ColumnFacts {
  count = 0;
  missing = 0;
  least = Number.POSITIVE_INFINITY;
  greatest = Number.NEGATIVE_INFINITY;
  zeros = 0;
  /** How many decimals all numbers have at most; -1 where they have many. */
  decimals = 0;
  /** How many numbers were counted one by one, and how often each came. */
  counted = 0;
  readonly times = new Map<number, number>();
  /** Whether some of those that come seldom are no longer counted. */
  isPruned = false;
  /** The greatest common divisor of the numbers, in units of their last decimal. */
  #divisor = 0;
  #scale = 1;
  #first = Number.NaN;
  readonly #epsilon: number;

  /** @param isFloat32 whether the numbers have been through float32, so that 0.1 is 0.100000001 */
  constructor(isFloat32 = false) {
    this.#epsilon = isFloat32 ? 2 ** -22 : 2 ** -48;
  }

  /** @param isCounted whether it is one of those that are counted one by one */
  add(value: number, isCounted: boolean): void {
    if (Number.isNaN(value)) {
      this.missing++;
      return;
    }
    this.count++;
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
    if (value === 0) this.zeros++;
    if (this.decimals >= 0) this.#addStep(value);
    if (isCounted) this.#countOne(value);
  }

  /** The largest number of which all are multiples, up to a common offset where `decimals` are 0; null where there is none. */
  get step(): number | null {
    return this.decimals < 0 || this.#divisor === 0 ? null : Number((this.#divisor / this.#scale).toPrecision(12));
  }

  /** How many different numbers there are among those counted. */
  get distinct(): number {
    return this.isPruned ? Number.POSITIVE_INFINITY : this.times.size;
  }

  #addStep(value: number): void {
    for (;;) {
      const scaled = value * this.#scale;
      const whole = Math.round(scaled);
      if (Math.abs(scaled - whole) <= this.#epsilon * Math.abs(scaled)) {
        if (Number.isNaN(this.#first)) this.#first = whole / this.#scale;
        const off = Math.abs(whole - Math.round(this.#first * this.#scale));
        if (off !== 0 && off % this.#divisor !== 0) this.#divisor = gcd(off, this.#divisor);
        return;
      }
      if (++this.decimals > maxDecimals) {
        this.decimals = -1;
        return;
      }
      this.#scale *= 10;
      this.#divisor *= 10;
    }
  }

  #countOne(value: number): void {
    this.counted++;
    const { times } = this;
    times.set(value, (times.get(value) ?? 0) + 1);
    if (times.size <= maxCounted) return;
    // Misra & Gries (1982): what is taken off each is at most the share of all that one of so many can have.
    this.isPruned = true;
    for (const [one, count] of times) {
      if (count === 1) times.delete(one);
      else times.set(one, count - 1);
    }
  }
}

function gcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
