import type { DataSource, Setup } from '../../live/protocol.ts';
import { bytesToText, textToBytes } from './byte-text.ts';
import { packPoints, unpackPoints } from './packed-points.ts';
import { packTable, unpackTable } from './packed-table.ts';

/** What the reader has chosen: all of it stands in the address. */
export interface Settings {
  readonly data: DataSource;
  readonly seed: number;
  readonly couplings: number;
  readonly learningRate: number;
  readonly steps: number;
}

export const defaults: Settings = {
  data: { kind: 'toy', name: 'two-moons' },
  seed: 1,
  couplings: 6,
  learningRate: 0.005,
  steps: 6000,
};

export const learningRates: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.02];
export const stepCounts: readonly number[] = [1000, 3000, 6000, 20_000, 100_000];
export const couplingCounts: readonly number[] = [2, 4, 6, 8, 12];

/** What the worker is told. */
export const setupOf = ({ data, seed, couplings, learningRate, steps }: Settings): Setup => ({
  ...{ data, seed, couplings, learningRate, steps },
  hidden: [32, 32],
  batchSize: 256,
});

/** The settings as the part of an address that follows `#`. */
export function toHash({ data, seed, couplings, learningRate, steps }: Settings): string {
  const entries = new URLSearchParams();
  if (data.kind === 'toy') entries.set('data', data.name);
  if (data.kind === 'drawn') entries.set('drawn', bytesToText(packPoints(data.points)));
  if (data.kind === 'table') {
    entries.set('table', bytesToText(packTable(data.values)));
    for (const column of data.columns) entries.append('column', column);
  }
  entries.set('seed', String(seed));
  if (couplings !== defaults.couplings) entries.set('couplings', String(couplings));
  if (learningRate !== defaults.learningRate) entries.set('rate', String(learningRate));
  if (steps !== defaults.steps) entries.set('steps', String(steps));
  return entries.toString();
}

/**
 * Reads what {@link toHash} wrote, and takes the default for what is not there.
 *
 * @param names of the densities that there are
 * @returns `null` for what cannot be meant: addresses come from anywhere
 */
export function fromHash(hash: string, names: readonly string[]): Settings | null {
  const entries = new URLSearchParams(hash.replace(/^#/, ''));
  const seed = Number(entries.get('seed') ?? defaults.seed);
  const couplings = Number(entries.get('couplings') ?? defaults.couplings);
  const learningRate = Number(entries.get('rate') ?? defaults.learningRate);
  const steps = Number(entries.get('steps') ?? defaults.steps);
  const data = dataFrom(entries, names);
  const isMeant =
    Number.isInteger(seed) &&
    seed >= 0 &&
    seed <= 999_999 &&
    couplingCounts.includes(couplings) &&
    learningRates.includes(learningRate) &&
    stepCounts.includes(steps);
  return data && isMeant ? { data, seed, couplings, learningRate, steps } : null;
}

function dataFrom(entries: URLSearchParams, names: readonly string[]): DataSource | null {
  const drawn = entries.get('drawn');
  if (drawn !== null) {
    const points = unpackPoints(textToBytes(drawn));
    return points && { kind: 'drawn', points };
  }
  const table = entries.get('table');
  if (table !== null) {
    const values = unpackTable(textToBytes(table));
    const [first = 'x', second = 'y'] = entries.getAll('column');
    return values && { kind: 'table', values, columns: [first, second] };
  }
  const name = entries.get('data');
  if (name === null) return defaults.data;
  return names.includes(name) ? { kind: 'toy', name } : null;
}
