// The constants of vector-math. They are globals that the module exports, so that the optimiser cannot write them back into the
// code as literals: an engine builds each vector literal anew wherever it stands, which takes longer than the multiplication that
// it is for.

export const one: v128 = f32x4.splat(1);

export const lowestExponent: v128 = f32x4.splat(-87.33654);
export const highestExponent: v128 = f32x4.splat(88.72283);
export const log2OfE: v128 = f32x4.splat(1.44269504);
/** 1.5·2²³: adding it rounds to a whole number, which then stands in the last bits. */
export const rounder: v128 = f32x4.splat(12582912);
/** −log 2 in two parts, the first with few bits, so that n·log 2 loses none. */
export const minusLog2High: v128 = f32x4.splat(-0.693359375);
export const minusLog2Low: v128 = f32x4.splat(2.1219444e-4);
export const exp2: v128 = f32x4.splat(5.0000001201e-1);
export const exp3: v128 = f32x4.splat(1.6666665459e-1);
export const exp4: v128 = f32x4.splat(4.1665795894e-2);
export const exp5: v128 = f32x4.splat(8.3334519073e-3);
export const exp6: v128 = f32x4.splat(1.3981999507e-3);
export const exp7: v128 = f32x4.splat(1.98756915e-4);

export const lowestTangent: v128 = f32x4.splat(-9.02);
export const highestTangent: v128 = f32x4.splat(9.02);
export const minusOne: v128 = f32x4.splat(-1);
export const over1: v128 = f32x4.splat(0.13379706397142574);
export const over2: v128 = f32x4.splat(0.0034940207961360837);
export const over3: v128 = f32x4.splat(2.058325610449682e-5);
export const over4: v128 = f32x4.splat(1.3318768431317067e-8);
export const under1: v128 = f32x4.splat(0.4671302164855833);
export const under2: v128 = f32x4.splat(0.025871020934297308);
export const under3: v128 = f32x4.splat(0.0003283070345168373);
export const under4: v128 = f32x4.splat(7.761893138222206e-7);

export const half: v128 = f32x4.splat(0.5);
export const two: v128 = f32x4.splat(2);
/** The bits of √½: what is taken off so that the mantissa lies in [√½, √2). */
export const rootHalfBits: v128 = i32x4.splat(0x3f3504f3);
export const mantissaBits: v128 = i32x4.splat(0x7fffff);
export const log2High: v128 = f32x4.splat(0.693359375);
export const log2Low: v128 = f32x4.splat(-2.1219444e-4);
export const log0: v128 = f32x4.splat(3.3333331174e-1);
export const log1: v128 = f32x4.splat(-2.4999993993e-1);
export const log2: v128 = f32x4.splat(2.0000714765e-1);
export const log3: v128 = f32x4.splat(-1.6668057665e-1);
export const log4: v128 = f32x4.splat(1.4249322787e-1);
export const log5: v128 = f32x4.splat(-1.2420140846e-1);
export const log6: v128 = f32x4.splat(1.167699874e-1);
export const log7: v128 = f32x4.splat(-1.151461031e-1);
export const log8: v128 = f32x4.splat(7.0376836292e-2);

/** Of splines: the least slope, the raw slope from which on slopes stay, and log(e^(1−1e-3) − 1). */
export const leastSlope: v128 = f32x4.splat(1e-3);
export const largestRawSlope: v128 = f32x4.splat(1e3);
export const rawOfSlopeOne: v128 = f32x4.splat(0.5397424172369543);
