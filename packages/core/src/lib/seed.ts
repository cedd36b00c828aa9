import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { type Shape, sizeOf } from './shape.ts';

/** An unsigned 32-bit number from which random numbers are drawn. {@link fold} derives independent children by name. */
export type Seed = number;

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
  let hash = scramble(seed ^ 0x9e3779b9);
  for (const character of String(label)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x85ebca6b);
    hash = (hash << 13) | (hash >>> 19);
  }
  return scramble(hash) >>> 0;
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

/**
 * A stream of random numbers (xoroshiro128+). Mutable: give each use its own, from its own {@link fold}. The generator's
 * 128 bits are hashed from the seed: put there as it is, neighbouring seeds begin with nearly the same numbers.
 */
export function randomSource(seed: Seed): RandomSource {
  const generator = xoroshiro128plusFromState([0, 1, 2, 3].map((word) => fold(seed, `state ${word}`) | 0));
  let spare: number | null = null;
  const uniform = (): number => uniformFloat64(generator);
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal: () => {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

function drawn(shape: Shape, draw: () => number): Tensor {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return tensor(values, [...shape], 'float32');
}

/** A float32 tensor of standard normal numbers. The same seed gives the same numbers on every backend. */
export const normal = (shape: Shape, seed: Seed): Tensor => drawn(shape, randomSource(seed).normal);

/** The largest float32 below 1: rounding a float64 below 1 to float32 must not give 1. */
const belowOne = 1 - 2 ** -24;

/** A float32 tensor of numbers uniform on [0, 1). The same seed gives the same numbers on every backend. */
export function uniform(shape: Shape, seed: Seed): Tensor {
  const source = randomSource(seed);
  return drawn(shape, () => Math.min(source.uniform(), belowOne));
}

/** The numbers 0 … count − 1 in random order (Fisher & Yates). */
export function shuffled(count: number, seed: Seed): Int32Array {
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
