import { behindFront, type FrontKind } from '../flows/front.ts';
import type { MemberKind } from './member-kind.ts';

/** The Gaussian of full covariance; of columns that were made normal, the Gaussian copula. */
export function gaussianMember(front: FrontKind): MemberKind {
  const name = front === 'whitened' ? 'Gaussian' : 'Gaussian copula';
  const behind = { params: { layers: [], base: {} } };
  return {
    name,
    fit: async ({ train }) => {
      const started = await train.front(front);
      return [{ setting: '', stopScore: 0, build: () => behindFront(started, train.size, behind) }];
    },
    refit: async (rows) => behindFront(await rows.front(front), rows.size, behind),
  };
}
