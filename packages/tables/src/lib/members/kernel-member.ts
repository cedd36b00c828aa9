import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { behindFront, type FrontKind, hostRows, type StartRows } from '../flows/front.ts';
import { gaussianKernels } from '../kernels/gaussian-kernels.ts';
import { kernelWidths } from '../kernels/kernel-widths.ts';
import type { Member, MemberKind } from './member-kind.ts';

async function kernelsAt(front: FrontKind, rows: StartRows): Promise<Member> {
  const started = await rows.front(front);
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

/** A kernel density of few rows, in the units of what stands first. Its widths need no rows but its own. */
export function kernelMember(front: FrontKind): MemberKind {
  return {
    name: names[front],
    fit: async ({ train }) => {
      const member = await kernelsAt(front, train);
      return [{ setting: '', stopScore: 0, build: () => member }];
    },
    refit: (rows) => kernelsAt(front, rows),
  };
}
