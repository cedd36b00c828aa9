import { fold, type Seed, shuffled } from '@diffeo/core';
import { tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { behindFront, type Front, type FrontKind, startFront } from '../flows/front.ts';
import {
  fitGaussianMixture,
  type GaussianComponents,
  type HostRows,
  meanLogDensity,
} from '../mixture/fit-gaussian-mixture.ts';
import { gaussianMixture } from '../mixture/gaussian-mixture.ts';
import { rowsAt, type TableRows } from '../table-rows.ts';
import type { Candidate, Member, MemberKind } from './member-kind.ts';

/** Numbers of components that are tried, in this order, until three in turn are no better. */
const counts = [1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40, 60, 90, 130];
/** On more rows than this, components are counted on a part of them. */
const rowsToCount = 6000;
/** Multiplications of a round at most: of more rows a part is fitted to. */
const maxWork = 1.5e8;

/** What comes out of a front, on the host. */
async function hostRows(front: Front, rows: TableRows): Promise<HostRows> {
  const tensor = front.through(rows);
  const values = await tensor.data();
  tensor.dispose();
  return { values, count: rows.count, size: rows.size };
}

const first = (rows: HostRows, count: number): HostRows => ({
  ...rows,
  count: Math.min(rows.count, Math.floor(count)),
});

const workOf = ({ size }: HostRows, components: number): number => components * size * (size + 1);

/** The mixture of so many components, on as many rows as there is time for. */
function fitted(rows: HostRows, components: number, seed: Seed): GaussianComponents {
  const counted = first(rows, rowsToCount);
  const found = fitGaussianMixture(counted, { components, seed });
  const affordable = first(rows, maxWork / workOf(rows, components));
  if (affordable.count <= counted.count) return found;
  return fitGaussianMixture(affordable, { components, seed, from: found, rounds: 12 });
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
export function mixtureMember(front: FrontKind): MemberKind {
  return {
    name: front === 'whitened' ? 'Gaussian mixture' : 'mixture of Gaussians between normal columns',
    fit: async ({ train, stop }, seed, signal) => {
      const started = await startFront(front, train, seed);
      const [rows, judging] = [await hostRows(started, train), await hostRows(started, stop)];
      const candidates: Candidate[] = [];
      let [best, worse] = [-Infinity, 0];
      for (const components of counts) {
        // No component for fewer rows than would say what it is.
        if (components > 1 && rows.count < components * Math.max(8, rows.size / 2)) break;
        signal?.throwIfAborted();
        const found = fitGaussianMixture(first(rows, rowsToCount), { components, seed: fold(seed, components) });
        const stopScore = meanLogDensity(judging, found);
        const build = () => {
          const whole = rows.count > rowsToCount ? fitted(rows, components, fold(seed, components)) : found;
          return memberOf(started, train.size, whole);
        };
        candidates.push({ setting: `${components}`, stopScore, build });
        worse = stopScore > best ? 0 : worse + 1;
        best = Math.max(best, stopScore);
        if (worse === 3) break;
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      return candidates;
    },
    refit: async (rows, setting, seed) => {
      const started = await startFront(front, rows, seed);
      const components = Number(setting);
      // Where there are many, the first of them stand for all: those of a file are often sorted.
      const inAnyOrder = rowsAt(rows, shuffled(rows.count, fold(seed, 'order')));
      const drawn = await hostRows(started, inAnyOrder);
      return memberOf(started, rows.size, fitted(drawn, components, fold(seed, components)));
    },
  };
}
