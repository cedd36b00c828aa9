export { largestRoundTrip, type RoundTripOptions, requireRoundTrip, roundTripError } from './lib/flow/round-trip.ts';
export { registerGradients } from './lib/gradients/gradient-table.ts';
export { gradients, type NamedGradient } from './lib/gradients/gradients.ts';
export { scaleGradient, stopGradient } from './lib/gradients/stop-gradient.ts';
