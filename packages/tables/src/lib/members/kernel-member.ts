import { fold, type Seed, shuffled } from '@diffeo/core';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { behindFront, type Front, type FrontKind, hostRows, type StartRows } from '../flows/front.ts';
import { gaussianKernels } from '../kernels/gaussian-kernels.ts';
import { kernelWidths } from '../kernels/kernel-widths.ts';
import type { HostRows } from '../mixture/fit-gaussian-mixture.ts';
import { rowsAt, type TableRows } from '../table-rows.ts';
import type { Member, MemberKind } from './member-kind.ts';

/** Where kernels stand, and the logarithms of their widths. */
interface Kernels {
  readonly rows: HostRows;
  readonly logWidths: Float64Array;
}

/** What was found of all rows behind a front: kernels of other widths stand at the same places. */
const found = new WeakMap<Front, Promise<Kernels>>();

async function kernelsOf(started: Front, table: TableRows): Promise<Kernels> {
  const rows = await hostRows(started, table);
  return { rows, logWidths: kernelWidths(rows) };
}

function kernelsOfAll(started: Front, table: TableRows): Promise<Kernels> {
  const own = found.get(started) ?? kernelsOf(started, table);
  found.set(started, own);
  return own;
}

function memberOf(started: Front, { rows, logWidths }: Kernels, narrower: number): Member {
  return behindFront(started, rows.size, {
    base: gaussianKernels({ kernels: rows.count }),
    params: {
      layers: [],
      base: {
        centres: tensor2d(Float32Array.from(rows.values), [rows.count, rows.size]),
        logWidths: tensor1d(Float32Array.from(logWidths, (log) => log - Math.log(narrower))),
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

/**
 * A kernel density of rows, in the units of what stands first: of all, or of so many that are drawn. Its widths need no rows but its own. Where rows come
 * again, all but the same, those widths are too wide for them and right for the others: kernels that are `narrower` say what is near to a row that was seen.
 */
export function kernelMember(
  front: FrontKind,
  { most = Infinity, narrower = 1 }: { readonly most?: number; readonly narrower?: number } = {},
): MemberKind {
  const kernelsAt = async (rows: StartRows, seed: Seed): Promise<Member> => {
    const started = await rows.front(front);
    if (rows.count <= most) return memberOf(started, await kernelsOfAll(started, rows), narrower);
    const drawn = rowsAt(rows, shuffled(rows.count, fold(seed, 'kernels')).slice(0, most));
    return memberOf(started, await kernelsOf(started, drawn), narrower);
  };
  return {
    name: narrower === 1 ? names[front] : `${names[front]}, ${narrower} times as narrow`,
    fit: async ({ train }, seed) => {
      const member = await kernelsAt(train, seed);
      return [{ setting: '', stopScore: 0, build: () => member }];
    },
    refit: (rows, _, seed) => kernelsAt(rows, seed),
  };
}
