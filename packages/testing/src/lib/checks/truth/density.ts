import { tidied } from '@diffeo/core/engine';
import type { Check } from '../../plan/check.ts';
import { atMost, finite, type Outcome } from '../../plan/outcome.ts';
import { hasSamples } from '../../trial/subject.ts';
import type { Trial } from '../../trial/trial.ts';
import { fitsGrid, logDensity, quadrature, samples } from './quadrature.ts';

/** Samples drawn. */
const count = 4096;
/** What the integral may be off by. */
const massError = 0.01;
/** Standard errors that the mean over the samples may be off by, and nats that the grid may. */
const [deviations, gridError] = [5, 0.02];

/** Samples and the log-density at each, on the host. */
function sampled(trial: Trial): { readonly drawn: Float32Array; readonly logProbs: Float32Array } {
  const [drawn, logProbs] = tidied(() => {
    const points = samples(trial, count);
    return [points, logDensity(trial)(points)] as const;
  });
  const values = {
    drawn: Float32Array.from(drawn.dataSync()),
    logProbs: Float32Array.from(logProbs.dataSync()),
  };
  drawn.dispose();
  logProbs.dispose();
  return values;
}

const allFinite = (drawn: Float32Array): Outcome => finite('its samples', drawn, (at) => `in entry ${at}`);

/** The density integrates to 1. */
export const densityIntegrates: Check = {
  name: 'density-integrates',
  holds: 'the density integrates to 1 over a grid where it is high',
  allows: `${massError}`,
  applies: fitsGrid,
  run: (trial) => {
    const drawn = hasSamples(trial) ? sampled(trial).drawn : null;
    const outcome = allFinite(drawn ?? new Float32Array());
    if (!outcome.passed) return outcome;
    const { mass } = quadrature(trial, drawn);
    return atMost(Math.abs(mass - 1), massError, `Expected the integral 1 and got ${mass.toFixed(4)}, which is off by`);
  },
};

/** Samples come from the density: the mean of −log p over them is the density's entropy. */
export const samplesMatchDensity: Check = {
  name: 'samples-match-density',
  holds: 'the mean of −log p over its own samples is the entropy of its density',
  allows: `${deviations} standard errors of the mean, plus ${gridError}`,
  applies: (subject) => fitsGrid(subject) && hasSamples(subject),
  run: (trial) => {
    const { drawn, logProbs } = sampled(trial);
    const outcome = allFinite(drawn);
    if (!outcome.passed) return outcome;
    const { entropy } = quadrature(trial, drawn);
    const mean = logProbs.reduce((sum, value) => sum - value, 0) / count;
    const variance = logProbs.reduce((sum, value) => sum + (value + mean) ** 2, 0) / count;
    const tolerance = deviations * Math.sqrt(variance / count) + gridError;
    const found = `Expected the entropy ${entropy.toFixed(4)} and got ${mean.toFixed(4)} from ${count} samples`;
    return atMost(Math.abs(mean - entropy), tolerance, `${found}, which is off by`);
  },
};
