import { behindFront, type FrontKind, startFront } from '../flows/front.ts';
import type { MemberKind } from './member-kind.ts';

/** The Gaussian of full covariance; of columns that were made normal, the Gaussian copula. */
export function gaussianMember(front: FrontKind): MemberKind {
  const name = front === 'whitened' ? 'Gaussian' : 'Gaussian copula';
  const behind = { params: { layers: [], base: {} } };
  return {
    name,
    fit: async ({ train }, seed) => {
      const started = await startFront(front, train, seed);
      return [{ setting: '', stopScore: 0, build: () => behindFront(started, train.size, behind) }];
    },
    refit: async (rows, _, seed) => behindFront(await startFront(front, rows, seed), rows.size, behind),
  };
}
