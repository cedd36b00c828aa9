import { fold, shuffled } from '@diffeo/core';
import { tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { behindFront, type Front, type FrontKind, hostRows } from '../flows/front.ts';
import { type GaussianComponents, meanLogDensity } from '../mixture/fit-gaussian-mixture.ts';
import { gaussianMixture } from '../mixture/gaussian-mixture.ts';
import {
  drawings,
  mixtureOf,
  mixtureToChoose,
  mixtureWorks,
  rowsToCountOn,
  settingName,
  settingOf,
} from '../mixture/mixture-setting.ts';
import { rowsAt } from '../table-rows.ts';
import type { Candidate, Member, MemberKind } from './member-kind.ts';

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

/** From here on one number of components that is no better is enough. */
const manyComponents = 60;

/** A mixture of Gaussians, of as many components as the stopping rows ask for. */
export function mixtureMember(
  front: FrontKind,
  { fast, folds = 1 }: { readonly fast: boolean; readonly folds?: number },
): MemberKind {
  const work = mixtureWorks[fast ? 'fast' : 'full'];
  return {
    name: front === 'whitened' ? 'Gaussian mixture' : 'mixture of Gaussians between normal columns',
    fit: async ({ train, stop }, seed, { signal } = {}) => {
      const started = await train.front(front);
      const [rows, judging] = [await hostRows(started, train), await hostRows(started, stop)];
      const counted = rowsToCountOn(rows, work);
      const candidates: Candidate[] = [];
      const meter = { work: 0 };
      let isCutShort = false;
      const searches = drawings.map((drawn) => ({ drawn, best: -Infinity, worse: 0, last: 0 }));
      for (const [i, components] of work.counts.entries()) {
        const growth = components / (work.counts[i - 1] ?? components);
        // No component for fewer rows than would say what it is.
        if (components > 1 && counted.count < components * Math.max(8, rows.size / 2)) break;
        for (const search of searches) {
          const { drawn } = search;
          // One alone is drawn nowhere. Many components take long: they are tried as long as each is better.
          if (components === 1 && drawn !== '') continue;
          if (search.worse >= (components <= manyComponents ? 2 : 1)) continue;
          // More components take as many times as long.
          if (components > 2 && meter.work + growth * search.last > work.searchWork / folds) {
            isCutShort = true;
            continue;
          }
          signal?.throwIfAborted();
          const before = meter.work;
          const setting = { components, drawn };
          const found = mixtureToChoose(counted, setting, { seed, work, meter });
          const stopScore = meanLogDensity(judging, found);
          const build = () =>
            memberOf(started, train.size, mixtureOf(rows, setting, { seed, work, folds, chosen: found }));
          candidates.push({ setting: settingName(setting), stopScore, build });
          search.worse = stopScore > search.best ? 0 : search.worse + 1;
          search.best = Math.max(search.best, stopScore);
          search.last = meter.work - before;
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      }
      return isCutShort ? candidates.map((own) => ({ ...own, isCutShort })) : candidates;
    },
    refit: async (rows, setting, seed) => {
      const started = await rows.front(front);
      // Where there are many, the first of them stand for all: those of a file are often sorted.
      const drawn = await hostRows(started, rowsAt(rows, shuffled(rows.count, fold(seed, 'order'))));
      return memberOf(started, rows.size, mixtureOf(drawn, settingOf(setting), { seed, work }));
    },
  };
}
