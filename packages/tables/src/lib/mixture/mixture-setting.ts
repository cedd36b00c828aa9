import { fold, type Seed } from '@diffeo/core';
import {
  averageMixture,
  fitGaussianMixture,
  type GaussianComponents,
  type HostRows,
  pairWork,
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
  /** Mixtures of so many starts at most are averaged, to choose a setting and in the end; */
  readonly starts: readonly [choosing: number, chosen: number];
  /** of as many as make no more multiplications than this in a round of all of them, those of all folds together in the end. */
  readonly startsWork: readonly [choosing: number, chosen: number];
}

/** Some seconds, and a second or two. */
export const mixtureWorks: Readonly<Record<'full' | 'fast', MixtureWork>> = {
  full: {
    counts: [1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40, 60, 90, 130, 190, 280, 400],
    rowsToCount: [5000, 12_000],
    ...{ rounds: 40, searchWork: 8e9, maxWork: 2.5e8, starts: [2, 12], startsWork: [5e6, 8e7] },
  },
  fast: {
    counts: [1, 2, 4, 8, 15, 28, 60],
    rowsToCount: [3000, 3000],
    ...{ rounds: 25, searchWork: 5e8, maxWork: 1e7, starts: [1, 4], startsWork: [3e6, 1.5e7] },
  },
};

const first = (rows: HostRows, count: number): HostRows => ({
  ...rows,
  count: Math.min(rows.count, Math.floor(count)),
});

/** What a row takes in a round. */
const workOf = ({ size }: HostRows, components: number): number => components * (size * (size + 1) + pairWork);

/** The rows that components are counted on. */
export const rowsToCountOn = (rows: HostRows, { rowsToCount: [many, twoOrThree] }: MixtureWork): HostRows =>
  first(rows, rows.size <= 3 ? twoOrThree : many);

/** How many starts there is time for. */
function startsOf(
  rows: HostRows,
  components: number,
  { most, work }: { readonly most: number; readonly work: number },
): number {
  const affordable = Math.floor(work / (rows.count * workOf(rows, components)));
  return components === 1 ? 1 : Math.min(Math.ceil(most), Math.max(1, affordable));
}

const startsToChoose = (rows: HostRows, components: number, { starts, startsWork }: MixtureWork): number =>
  startsOf(rows, components, { most: starts[0], work: startsWork[0] });

/** The mixture of one start: the same of a seed, whichever others there are. */
function mixtureFrom(
  rows: HostRows,
  { components, drawn }: MixtureSetting,
  { rounds, seed, meter }: { readonly rounds: number; readonly seed: Seed; readonly meter?: WorkMeter | undefined },
): GaussianComponents {
  return fitGaussianMixture(rows, { components, prior: priors[drawn] * rows.size, rounds, seed, meter });
}

const seedOf = (seed: Seed, { components }: MixtureSetting, start: number): Seed => fold(fold(seed, components), start);

/** A mixture to choose a setting by: from several starts where there is time for them, so that none is a bad one by chance. */
export function mixtureToChoose(
  rows: HostRows,
  setting: MixtureSetting,
  { seed, work, meter }: { readonly seed: Seed; readonly work: MixtureWork; readonly meter?: WorkMeter | undefined },
): GaussianComponents {
  const starts = startsToChoose(rows, setting.components, work);
  const each = Array.from({ length: starts }, (_, i) =>
    mixtureFrom(rows, setting, { rounds: work.rounds, seed: seedOf(seed, setting, i), meter }),
  );
  return averageMixture(each);
}

/**
 * The mixture of a setting, on as many rows as there is time for; `chosen` is what the setting was chosen by. It is the mean of mixtures from several starts: likelier than any of them,
 * by 0.15 nats a row of what has thousands of rows and dozens of Gaussians.
 */
export function mixtureOf(
  rows: HostRows,
  setting: MixtureSetting,
  {
    seed,
    work,
    chosen,
    folds = 1,
  }: { readonly seed: Seed; readonly work: MixtureWork; readonly chosen?: GaussianComponents; readonly folds?: number },
): GaussianComponents {
  const { components } = setting;
  const counted = rowsToCountOn(rows, work);
  const affordable = first(rows, work.maxWork / workOf(rows, components));
  const fitted = affordable.count > counted.count ? affordable : counted;
  const [, most] = work.starts;
  const starts = startsOf(fitted, components, {
    most: Math.max(most / 2, most / folds),
    work: work.startsWork[1] / folds,
  });
  const isSame = chosen && starts === startsToChoose(counted, components, work);
  if (isSame && fitted === counted) return chosen;
  const each = Array.from({ length: starts }, (_, i) => {
    const own = seedOf(seed, setting, i);
    const found = isSame && starts === 1 ? chosen : mixtureFrom(counted, setting, { rounds: work.rounds, seed: own });
    if (fitted === counted) return found;
    return fitGaussianMixture(fitted, {
      components,
      prior: priors[setting.drawn] * rows.size,
      seed: own,
      from: found,
      rounds: 12,
    });
  });
  return averageMixture(each);
}
