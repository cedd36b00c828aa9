import { fold, type Seed, shuffled } from '@diffeo/core';
import { tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { behindFront, type Front, type FrontKind, hostRows } from '../flows/front.ts';
import {
  averageMixture,
  fitGaussianMixture,
  type GaussianComponents,
  type HostRows,
  meanLogDensity,
} from '../mixture/fit-gaussian-mixture.ts';
import { gaussianMixture } from '../mixture/gaussian-mixture.ts';
import { rowsAt } from '../table-rows.ts';
import type { Candidate, Member, MemberKind } from './member-kind.ts';

/** Numbers of components that are tried, in this order, until two in turn are no better. */
const counts = [1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40, 60, 90, 130, 190, 280, 400];
/** Those of little work. */
const fewCounts = [1, 2, 4, 8, 15, 28, 60];
/** How far covariances are drawn towards their mean: by so many rows for each column. */
const priors = { '': 1, loose: 0.15, free: 0.003 } as const;
const drawings = Object.keys(priors) as (keyof typeof priors)[];
/** On more rows than this, components are counted on a part of them. */
const rowsToCount = 6000;
/** Multiplications of a round at most: of more rows a part is fitted to. */
const maxWork = 1.5e8;
/** Mixtures from several starts are averaged where a round of all of them takes no more multiplications than this, so many at most. */
const startsWork = 2e6;
const starts = { choosing: 2, chosen: 5, fast: 1 } as const;

const first = (rows: HostRows, count: number): HostRows => ({
  ...rows,
  count: Math.min(rows.count, Math.floor(count)),
});

const workOf = ({ size }: HostRows, components: number): number => components * size * (size + 1);

/** How many Gaussians, and how far each covariance is drawn towards their mean. */
interface Setting {
  readonly components: number;
  readonly drawn: keyof typeof priors;
}

const nameOf = ({ components, drawn }: Setting): string => (drawn === '' ? `${components}` : `${components}, ${drawn}`);

function settingOf(name: string): Setting {
  const [components = '1', drawn = ''] = name.split(', ');
  return { components: Number(components), drawn: drawn as Setting['drawn'] };
}

/** Mixtures from several starts where there is time for them: their mean is likelier than any of them, and none is a bad one by chance. */
function fromStarts(
  rows: HostRows,
  { components, drawn }: Setting,
  { seed, most }: { readonly seed: Seed; readonly most: number },
): GaussianComponents {
  const affordable = Math.floor(startsWork / (rows.count * workOf(rows, components)));
  const prior = priors[drawn] * rows.size;
  const each = Array.from({ length: components === 1 ? 1 : Math.min(most, Math.max(1, affordable)) }, (_, i) =>
    fitGaussianMixture(rows, { components, prior, seed: fold(fold(seed, components), i) }),
  );
  return averageMixture(each);
}

/** The mixture of a setting, on as many rows as there is time for. */
function fitted(
  rows: HostRows,
  setting: Setting,
  options: { readonly seed: Seed; readonly most: number },
): GaussianComponents {
  const { seed } = options;
  const counted = first(rows, rowsToCount);
  const found = fromStarts(counted, setting, options);
  const affordable = first(rows, maxWork / workOf(rows, found.logWeights.length));
  if (affordable.count <= counted.count) return found;
  const { components, drawn } = setting;
  return fitGaussianMixture(affordable, {
    components,
    prior: priors[drawn] * rows.size,
    seed,
    from: found,
    rounds: 12,
  });
}

function memberOf(front: Front, size: number, { means, whitening, logWeights }: GaussianComponents): Member {
  const components = logWeights.length;
  return behindFront(front, size, {
    base: gaussianMixture({ components }),
    params: {
      layers: [],
      base: {
        means: tensor2d(Float32Array.from(means), [components, size]),
        whitening: tensor3d(Float32Array.from(whitening), [components, size, size]),
        logits: tensor1d(Float32Array.from(logWeights)),
      },
    },
  });
}

/** A mixture of Gaussians, of as many components as the stopping rows ask for. */
export function mixtureMember(front: FrontKind, { fast }: { readonly fast: boolean }): MemberKind {
  const most = fast ? starts.fast : starts.chosen;
  return {
    name: front === 'whitened' ? 'Gaussian mixture' : 'mixture of Gaussians between normal columns',
    fit: async ({ train, stop }, seed, signal) => {
      const started = await train.front(front);
      const [rows, judging] = [await hostRows(started, train), await hostRows(started, stop)];
      const candidates: Candidate[] = [];
      for (const drawn of drawings) {
        let [best, worse] = [-Infinity, 0];
        for (const components of fast ? fewCounts : counts) {
          // No component for fewer rows than would say what it is.
          if (components > 1 && rows.count < components * Math.max(8, rows.size / 2)) break;
          // One alone is drawn nowhere.
          if (components === 1 && drawn !== '') continue;
          signal?.throwIfAborted();
          const setting = { components, drawn };
          const found = fromStarts(first(rows, rowsToCount), setting, {
            seed,
            most: Math.min(most, starts.choosing),
          });
          const stopScore = meanLogDensity(judging, found);
          const build = () =>
            memberOf(
              started,
              train.size,
              most === 1 && rows.count <= rowsToCount ? found : fitted(rows, setting, { seed, most }),
            );
          candidates.push({ setting: nameOf(setting), stopScore, build });
          worse = stopScore > best ? 0 : worse + 1;
          best = Math.max(best, stopScore);
          if (worse === 2) break;
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      }
      return candidates;
    },
    refit: async (rows, setting, seed) => {
      const started = await rows.front(front);
      // Where there are many, the first of them stand for all: those of a file are often sorted.
      const inAnyOrder = rowsAt(rows, shuffled(rows.count, fold(seed, 'order')));
      const drawn = await hostRows(started, inAnyOrder);
      return memberOf(started, rows.size, fitted(drawn, settingOf(setting), { seed, most }));
    },
  };
}
