import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { describeValue } from '../arguments/describe-value.ts';
import { DiffeoError } from '../contract/error.ts';
import { areSizes, type Shape, sizeOf } from '../contract/shape.ts';

/**
 * A whole number within ±(2⁵³ − 1) from which random numbers are drawn: each one gives numbers of its own. {@link fold} derives
 * independent children by name, which are unsigned 32-bit numbers.
 */
export type Seed = number;

/**
 * Throws unless a seed is one: NaN, fractions and text, whatever they come from, would be the same seed for ever.
 *
 * @throws DiffeoError `SEED`
 */
export function requireSeed(seed: unknown, what = 'a seed'): asserts seed is Seed {
  if (Number.isSafeInteger(seed)) return;
  throw new DiffeoError('SEED', `${what} must be a whole number, within ±(2 ** 53 − 1); got ${describeValue(seed)}`);
}

/** The last step of murmur3: every bit of the result depends on every bit of the hash. */
function scramble(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * The child of `seed` called `label`: a murmur3-like hash. Children are named and not counted, so adding a layer moves
 * nobody else's numbers. The seed is scrambled before the label is mixed in, so that the children of neighbouring seeds
 * do not share their numbers either.
 */
export function fold(seed: Seed, label: string | number): Seed {
  touched++;
  return childOf(seed, label);
}

/** How often anything was made of a seed: a step that makes something of one is not the same each time. */
let touched = 0;
export const draws = (): number => touched;

/** The bits of a seed, 32 of them. What lies beyond them is mixed in, so that seeds 2³² apart are different seeds. */
function bitsOf(seed: Seed): number {
  requireSeed(seed);
  const beyond = Math.floor(seed / 2 ** 32);
  return beyond === 0 ? seed : seed ^ scramble(beyond ^ 0x3c6ef372);
}

/** {@link fold}, by what only hands seeds on. */
export function childOf(seed: Seed, label: string | number): Seed {
  let hash = scramble(bitsOf(seed) ^ 0x9e3779b9);
  for (const character of String(label)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x85ebca6b);
    hash = (hash << 13) | (hash >>> 19);
  }
  return scramble(hash) >>> 0;
}

type Generator = ReturnType<typeof xoroshiro128plusFromState>;

/**
 * The generator's 128 bits are hashed from the seed: put there as it is, neighbouring seeds begin with nearly the same numbers.
 */
const generatorOf = (seed: Seed): Generator =>
  xoroshiro128plusFromState([0, 1, 2, 3].map((word) => fold(seed, `state ${word}`) | 0));

/** Two standard normal numbers (Box & Muller 1958) at a place; what ends before takes the first alone. */
function drawPair(generator: Generator, to: Float32Array | Float64Array, at: number): void {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
  const angle = 2 * Math.PI * uniformFloat64(generator);
  to[at] = radius * Math.cos(angle);
  to[at + 1] = radius * Math.sin(angle);
}

/** Random numbers on the host, float64, the same on every machine and backend for the same seed. */
export interface RandomSource {
  /** Uniform on [0, 1), with 53 random bits. */
  uniform(): number;
  /** Standard normal (Box & Muller 1958). */
  normal(): number;
  /** A whole number from 0 to `below` − 1. */
  integer(below: number): number;
}

/** A stream of random numbers (xoroshiro128+). Mutable: give each use its own, from its own {@link fold}. */
export function randomSource(seed: Seed): RandomSource {
  const generator = generatorOf(seed);
  const uniform = (): number => uniformFloat64(generator);
  const pair = new Float64Array(2);
  let first = false;
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal: () => {
      first = !first;
      if (first) drawPair(generator, pair, 0);
      return pair[first ? 0 : 1] as number;
    },
  };
}

/** Memory of the host for the numbers of a shape. */
export function numbersFor(shape: Shape): Float32Array<ArrayBuffer> {
  if (!areSizes(shape, 0)) {
    throw new DiffeoError('SHAPE', `a shape must be a list of whole numbers of 0 or more; got ${describeValue(shape)}`);
  }
  try {
    return new Float32Array(sizeOf(shape));
  } catch (cause) {
    const size = `${(sizeOf(shape) / 2 ** 28).toFixed(1)} GiB`;
    throw new DiffeoError('MEMORY', `random numbers [${shape.join(', ')}] take ${size}: draw fewer at once`, { cause });
  }
}

/** A float32 tensor of standard normal numbers. The same seed gives the same numbers on every backend. */
export function normal(shape: Shape, seed: Seed): Tensor {
  const generator = generatorOf(seed);
  const values = numbersFor(shape);
  for (let i = 0; i < values.length; i += 2) drawPair(generator, values, i);
  return tensor(values, [...shape]);
}

/** The largest float32 below 1: rounding a float64 below 1 to float32 must not give 1. */
const belowOne = 1 - 2 ** -24;

/** A float32 tensor of numbers uniform on [0, 1). The same seed gives the same numbers on every backend. */
export function uniform(shape: Shape, seed: Seed): Tensor {
  const generator = generatorOf(seed);
  const values = numbersFor(shape);
  for (let i = 0; i < values.length; i++) values[i] = Math.min(uniformFloat64(generator), belowOne);
  return tensor(values, [...shape]);
}

/** The numbers 0 … count − 1 in random order (Fisher & Yates). */
export function shuffled(count: number, seed: Seed): Int32Array {
  if (!areSizes([count], 0)) {
    throw new DiffeoError('SHAPE', `shuffled: count must be a whole number of 0 or more; got ${describeValue(count)}`);
  }
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const source = randomSource(seed);
  for (let i = count - 1; i > 0; i--) {
    const j = source.integer(i + 1);
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}
