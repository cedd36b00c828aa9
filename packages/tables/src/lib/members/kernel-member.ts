import { fold, type Seed, shuffled } from '@diffeo/core';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { behindFront, type Front, type FrontKind, hostRows } from '../flows/front.ts';
import { gaussianKernels } from '../kernels/gaussian-kernels.ts';
import { kernelWidths } from '../kernels/kernel-widths.ts';
import { rowsAt, type TableRows } from '../table-rows.ts';
import type { Member, MemberKind } from './member-kind.ts';

async function kernelsAt(started: Front, rows: TableRows): Promise<Member> {
  const own = await hostRows(started, rows);
  return behindFront(started, rows.size, {
    base: gaussianKernels({ kernels: rows.count }),
    params: {
      layers: [],
      base: {
        centres: tensor2d(Float32Array.from(own.values), [rows.count, rows.size]),
        logWidths: tensor1d(Float32Array.from(kernelWidths(own))),
      },
    },
  });
}

const names: Readonly<Record<FrontKind, string>> = {
  standardised: 'kernels',
  whitened: 'kernels of whitened rows',
  columns: 'kernels between normal columns',
  copula: 'kernels between normal columns, whitened',
};

/** A kernel density of rows, in the units of what stands first: of all, or of so many that are drawn. Its widths need no rows but its own. */
export function kernelMember(front: FrontKind, most = Infinity): MemberKind {
  const some = (rows: TableRows, seed: Seed): TableRows =>
    rows.count <= most ? rows : rowsAt(rows, shuffled(rows.count, fold(seed, 'kernels')).slice(0, most));
  return {
    name: names[front],
    fit: async ({ train }, seed) => {
      const member = await kernelsAt(await train.front(front), some(train, seed));
      return [{ setting: '', stopScore: 0, build: () => member }];
    },
    refit: async (rows, _, seed) => kernelsAt(await rows.front(front), some(rows, seed)),
  };
}
