import { fold, sameShape, sizeOf } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import type { Check } from '../../plan/check.ts';
import { close, failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import type { Trial } from '../../trial/trial.ts';
import { oneContext } from './quadrature.ts';

const count = 32;

function sample(trial: Trial, label: string, temperature: number | Readonly<Record<string, number>> = 1): Float32Array {
  const seed = fold(trial.place.seed, label);
  const drawn = tidied(() => trial.model.sample(trial.params, { count, seed, temperature, ...oneContext(trial) }));
  const values = Float32Array.from(drawn.dataSync());
  drawn.dispose();
  return values;
}

const differ = (a: Float32Array, b: Float32Array): boolean => a.some((value, i) => value !== b[i]);

/** Samples have the shape asked for, any number of them. */
export const sampleShapes: Check = {
  name: 'sample-shapes',
  holds: 'samples are float32 [count, ...eventShape], none and one included',
  allows: '–',
  run: (trial) => {
    const { model, params, settings } = trial;
    for (const asked of settings.batchSizes) {
      const drawn = tidied(() => model.sample(params, { count: asked, seed: 1, ...oneContext(trial) }));
      const { shape, dtype } = drawn;
      drawn.dispose();
      const expected = [asked, ...model.eventShape];
      if (sameShape(shape, expected) && dtype === 'float32') continue;
      return failed(`Expected float32 [${expected.join(', ')}] and got ${dtype} [${shape.join(', ')}]`);
    }
    return passed('as asked');
  },
};

/** The same seed gives the same samples, another seed others. */
export const sampleSeeds: Check = {
  name: 'sample-seeds',
  holds: 'the same seed gives the same samples, bit for bit, and another seed gives others',
  allows: '0',
  run: (trial) => {
    const [first, again, other] = [sample(trial, 'a'), sample(trial, 'a'), sample(trial, 'b')];
    if (!differ(first, other)) return failed('Two different seeds gave the same samples');
    return close({ what: 'samples with the same seed', actual: again, expected: first, tolerance: 0, rows: count });
  },
};

/** Temperature scales the spread around the centre: samples move on a straight line from the centre as it grows. */
export const temperature: Check = {
  name: 'temperature',
  holds: 'with the same seed, temperature t takes a sample to centre + t · (sample − centre); per dimension too',
  allows: toleranceText.roundTrip,
  run: (trial) => {
    const [centre, full] = [sample(trial, 't', 0), sample(trial, 't', 1)];
    if (!differ(centre, full)) return failed('Temperatures 0 and 1 gave the same samples');
    const along = (t: number, what: string, actual: Float32Array): Outcome =>
      close({
        what,
        actual,
        expected: full.map((value, i) => (1 - t) * (centre[i] as number) + t * value),
        tolerance: trial.tolerances.roundTrip,
        rows: count,
      });
    const size = sizeOf(trial.model.eventShape);
    return worst([
      ...[0.5, 2].map((t) => along(t, `samples at temperature ${t}`, sample(trial, 't', t))),
      along(0.5, `samples at temperature 0.5 in each of ${size} dimensions`, sample(trial, 't', { base: 0.5 })),
    ]);
  },
};
