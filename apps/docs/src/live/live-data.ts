import { type Dataset, datasetFrom, split, type ToyDensity, toyDensities } from '@diffeo/datasets';
import { drawnDensity } from './drawn-density.ts';
import type { DataSource, Square } from './protocol.ts';

/** The numbers that a live flow learns from, and those that it is tried on. */
export interface LiveData {
  readonly train: Dataset<Float32Array>;
  readonly validation: Dataset<Float32Array>;
  /** What the data come from, where that is known. */
  readonly density: ToyDensity | null;
  /** Holds all but the furthest data, with a margin. */
  readonly window: Square;
}

const rowsTrained = 16_384;
const rowsValidated = 4096;

/** Draws or splits the data of a run. Throws what `@diffeo/datasets` throws of data that are none. */
export function liveData(source: DataSource, seed: number): LiveData {
  if (source.kind === 'table') {
    const rows = datasetFrom(source.values, { eventShape: [2], columns: [...source.columns] });
    const { train, validation } = split(rows, { train: 0.8, validation: 0.2 }, seed);
    return { train, validation, density: null, window: windowOf(rows.values) };
  }
  const density = densityOf(source);
  const train = density.sample(rowsTrained, 2 * seed + 1);
  const validation = density.sample(rowsValidated, 2 * seed + 2);
  return { train, validation, density, window: windowOf(train.values) };
}

function densityOf(source: Exclude<DataSource, { kind: 'table' }>): ToyDensity {
  if (source.kind === 'drawn') return drawnDensity(source.points);
  const make = toyDensities[source.name];
  if (!make) throw new Error(`there is no density called '${source.name}'`);
  return make();
}

/** A square around the middle of the data that leaves one in a hundred outside at most, and a quarter of its side as margin. */
function windowOf(values: Float32Array): Square {
  const range = (offset: 0 | 1): readonly [number, number] => {
    const sorted = values.filter((_, i) => i % 2 === offset).sort();
    const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
    return [at(0.0025), at(0.9975)];
  };
  const [x, y] = [range(0), range(1)];
  // Columns of a table may have any units, so each side is its own.
  const widened = ([from, to]: readonly [number, number]): readonly [number, number] => {
    const margin = Math.max(0.2 * (to - from), 1e-6);
    return [from - margin, to + margin];
  };
  return { x: widened(x), y: widened(y) };
}
