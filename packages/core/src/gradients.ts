export { registerGradients } from './lib/gradient-table.ts';
export { gradients, type NamedGradient } from './lib/gradients.ts';
export { largestRoundTrip, type RoundTripOptions, requireRoundTrip, roundTripError } from './lib/round-trip.ts';
