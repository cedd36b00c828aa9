import { fold, type Seed } from '@diffeo/core';
import {
  averageMixture,
  fitGaussianMixture,
  type GaussianComponents,
  type HostRows,
  type WorkMeter,
} from './fit-gaussian-mixture.ts';

/** How far covariances are drawn towards their mean: by so many rows for each column. Columns with ties or groups of few values want next to none. */
const priors = { '': 1, loose: 0.15, free: 0.003 } as const;

/** How many Gaussians, and how far each covariance is drawn towards their mean. */
export interface MixtureSetting {
  readonly components: number;
  readonly drawn: keyof typeof priors;
}

/** The ways in which covariances are drawn. */
export const drawings = Object.keys(priors) as readonly (keyof typeof priors)[];

/** A setting in a word or two. */
export const settingName = ({ components, drawn }: MixtureSetting): string =>
  drawn === '' ? `${components}` : `${components}, ${drawn}`;

/** The setting of a name. */
export function settingOf(name: string): MixtureSetting {
  const [components = '1', drawn = ''] = name.split(', ');
  return { components: Number(components), drawn: drawn as MixtureSetting['drawn'] };
}

/** How much work mixtures are worth. */
export interface MixtureWork {
  /** Numbers of components that are tried, in this order, until two in turn are no better, or one of many. */
  readonly counts: readonly number[];
  /** On more rows than this, components are counted on a part of them; in two or three columns, which many components describe, on this many. */
  readonly rowsToCount: readonly [many: number, twoOrThree: number];
  readonly rounds: number;
  /** Multiplications of the search for a setting, of all folds together: it ends with what was found by then. */
  readonly searchWork: number;
  /** Multiplications of a round at most: of more rows a part is fitted to. */
  readonly maxWork: number;
  /** Mixtures of so many starts at most are averaged, to choose a setting and in the end. */
  readonly starts: readonly [choosing: number, chosen: number];
}

/** Some seconds, and a second or two. */
export const mixtureWorks: Readonly<Record<'full' | 'fast', MixtureWork>> = {
  full: {
    counts: [1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40, 60, 90, 130, 190, 280, 400],
    rowsToCount: [5000, 12_000],
    ...{ rounds: 40, searchWork: 6e9, maxWork: 1.5e8, starts: [2, 5] },
  },
  fast: {
    counts: [1, 2, 4, 8, 15, 28, 60],
    rowsToCount: [3000, 3000],
    ...{ rounds: 25, searchWork: 6e8, maxWork: 2e7, starts: [1, 1] },
  },
};

/** Several starts are for mixtures of which a round of all takes no more multiplications than this. */
const startsWork = 2e6;

const first = (rows: HostRows, count: number): HostRows => ({
  ...rows,
  count: Math.min(rows.count, Math.floor(count)),
});

const workOf = ({ size }: HostRows, components: number): number => components * size * (size + 1);

/** The rows that components are counted on. */
export const rowsToCountOn = (rows: HostRows, { rowsToCount: [many, twoOrThree] }: MixtureWork): HostRows =>
  first(rows, rows.size <= 3 ? twoOrThree : many);

/** How many starts of so many at most there is time for. */
function startsOf(rows: HostRows, components: number, most: number): number {
  const affordable = Math.floor(startsWork / (rows.count * workOf(rows, components)));
  return components === 1 ? 1 : Math.min(most, Math.max(1, affordable));
}

/** Mixtures from several starts where there is time for them: their mean is likelier than any of them, and none is a bad one by chance. */
export function mixtureFromStarts(
  rows: HostRows,
  { components, drawn }: MixtureSetting,
  {
    rounds,
    seed,
    most,
    meter,
  }: { readonly rounds: number; readonly seed: Seed; readonly most: number; readonly meter?: WorkMeter },
): GaussianComponents {
  const prior = priors[drawn] * rows.size;
  const each = Array.from({ length: startsOf(rows, components, most) }, (_, i) =>
    fitGaussianMixture(rows, { components, prior, rounds, seed: fold(fold(seed, components), i), meter }),
  );
  return averageMixture(each);
}

/** The mixture of a setting, on as many rows as there is time for; `chosen` is what components were counted by. */
export function mixtureOf(
  rows: HostRows,
  setting: MixtureSetting,
  { seed, work, chosen }: { readonly seed: Seed; readonly work: MixtureWork; readonly chosen?: GaussianComponents },
): GaussianComponents {
  const counted = rowsToCountOn(rows, work);
  const [choosing, most] = work.starts;
  const { components: own } = setting;
  const isSame = chosen && startsOf(counted, own, choosing) === startsOf(counted, own, most);
  const found = isSame ? chosen : mixtureFromStarts(counted, setting, { rounds: work.rounds, seed, most });
  const components = found.logWeights.length;
  const affordable = first(rows, work.maxWork / workOf(rows, components));
  if (affordable.count <= counted.count) return found;
  const prior = priors[setting.drawn] * rows.size;
  return fitGaussianMixture(affordable, { components, prior, seed, from: found, rounds: 12 });
}
