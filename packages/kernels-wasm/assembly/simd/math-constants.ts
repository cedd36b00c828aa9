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
