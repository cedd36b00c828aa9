import { epsilon } from '../numeric/epsilon.ts';

/** How far apart two float32 results may be, each relative to 1 + |expected|. */
export interface Tolerances {
  /** There and back again, and the same quantity computed in two ways. */
  readonly roundTrip: number;
  /** A log-determinant against another. */
  readonly logDet: number;
  /** A gradient against another. */
  readonly gradient: number;
  /** The same row in another batch, where a backend may sum in another order. */
  readonly rows: number;
  /** The same call on another backend. */
  readonly backends: number;
}

/** How many roundings each comparison allows. */
export const roundings = { roundTrip: 128, logDet: 128, gradient: 1024, rows: 64, backends: 128 } as const;

/** What another backend may always differ by: its exp and tanh are other approximations. */
const otherBackend = 1e-4;

/**
 * Float32 rounding grows with the root of the dimension (errors of a sum are independent) and with the depth (each layer
 * adds its own). Measured on affine couplings of 4 dimensions, round trips err by 2e-7 at 1 layer, 4e-6 at 8, 1.4e-5 at
 * 16 and 7e-5 at 32; what follows allows 3e-5, 2.4e-4, 4.9e-4 and 9.8e-4, so that an ill-conditioned draw of the
 * parameters is no failure and a wrong formula, which errs by 1e-2 and more, is one.
 *
 * @param least what a direction that iterates is off by, which nothing can be closer than
 */
export function tolerances(size: number, depth: number, amplification: number, least = 0): Tolerances {
  const rounding = epsilon * Math.sqrt(size) * depth * amplification;
  const allow = (name: keyof Tolerances, atLeast = least): number => Math.max(atLeast, roundings[name] * rounding);
  return {
    roundTrip: allow('roundTrip'),
    logDet: allow('logDet'),
    gradient: allow('gradient'),
    rows: allow('rows'),
    backends: allow('backends', Math.max(least, otherBackend)),
  };
}

/** The same in words, for `D` numbers in the event, `L` layers deep and ε = 2⁻²³. */
export const toleranceText: Readonly<Record<keyof Tolerances, string>> = {
  roundTrip: `${roundings.roundTrip} ε √D L`,
  logDet: `${roundings.logDet} ε √D L`,
  gradient: `${roundings.gradient} ε √D L`,
  rows: `${roundings.rows} ε √D L`,
  backends: `${otherBackend}, or ${roundings.backends} ε √D L where that is more`,
};
