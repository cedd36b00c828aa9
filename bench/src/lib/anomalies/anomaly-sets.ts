import { randomSource, type Seed, shuffled } from '@diffeo/core';
import { toTensor } from '@diffeo/datasets';
import { readDigits } from '@diffeo/datasets/node';
import type { TableRows } from '@diffeo/tables';
import type { AnomalySet } from './anomaly-set.ts';
import { breastCancerRows } from './peer.ts';
import { plantedAnomalies } from './planted-anomalies.ts';

/** Ordinary rows, of which four fifths are learned from, beside the rows that are to be told from the others. */
function setOf(name: string, rows: readonly (readonly number[])[], odd: readonly boolean[], seed: Seed): AnomalySet {
  const ordinary = rows.filter((_, i) => !odd[i]);
  const order = shuffled(ordinary.length, seed);
  const trained = Math.round(0.8 * ordinary.length);
  const known = Array.from(order.subarray(0, trained), (place) => ordinary[place] as readonly number[]);
  const fresh = Array.from(order.subarray(trained), (place) => ordinary[place] as readonly number[]);
  const strange = rows.filter((_, i) => odd[i]);
  const table = (own: readonly (readonly number[])[]): TableRows => ({
    values: Float32Array.from(own.flat()),
    count: own.length,
    size: own[0]?.length ?? 0,
  });
  return {
    name,
    train: table(known),
    test: table([...fresh, ...strange]),
    odd: [...fresh.map(() => false), ...strange.map(() => true)],
  };
}

/** The pixels of one digit: whole numbers, spread evenly over what they stand for. Those that never change in what is learned stay. */
async function oneDigit(digit: number, seed: Seed): Promise<AnomalySet> {
  const { images, labels } = await readDigits();
  const x = toTensor(images);
  const values = await x.data();
  x.dispose();
  const source = randomSource(seed);
  const size = values.length / labels.length;
  const rows = Array.from(labels, (_, i) =>
    Array.from(values.subarray(i * size, (i + 1) * size), (value) => value + source.uniform()),
  );
  return setOf(
    `digits: ${digit}`,
    rows,
    Array.from(labels, (label) => label !== digit),
    seed,
  );
}

/** The tables of which anomalies are known. */
export async function anomalySets(seed: Seed, digits: readonly number[]): Promise<readonly AnomalySet[]> {
  const pictures = await Promise.all(digits.map((digit) => oneDigit(digit, seed)));
  const cancer = breastCancerRows();
  return [
    ...(cancer ? [setOf('breast cancer', cancer.rows, cancer.odd, seed)] : []),
    plantedAnomalies(seed),
    ...pictures,
  ];
}
