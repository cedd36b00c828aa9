import { DiffeoError, fold, type Seed, shuffled } from '@diffeo/core';
import { disposeMembers, scoresOf } from '../cross-fit.ts';
import { startRows } from '../flows/front.ts';
import { gaussianMember } from '../members/gaussian-member.ts';
import { kernelMember } from '../members/kernel-member.ts';
import type { MemberKind } from '../members/member-kind.ts';
import { mixtureMember } from '../members/mixture-member.ts';
import { rowsAt, type TableRows } from '../table-rows.ts';

/** What a table's density may be compared with. */
export interface TableBaseline {
  readonly name:
    | 'Gaussian'
    | 'Gaussian mixture'
    | 'kernel density'
    | 'independent columns'
    | 'Gaussian for each cell'
    | 'linear regression';
  /** What was chosen, in words. */
  readonly setting: string;
  /** The log-likelihood of each row that was held out, nats. */
  readonly scores: Float64Array;
}

/** A mixture from one start may be a bad one by chance. */
const mixtureStarts = 3;
/** Kernels stand at so many rows, drawn by the seed where there are more. */
const maxKernels = 4000;

function requireRows(rows: TableRows, heldOut: TableRows): void {
  if (rows.count < 16 || heldOut.count === 0 || rows.size !== heldOut.size) {
    throw new DiffeoError(
      'DATA',
      `tableBaselines takes at least 16 rows, and others with as many columns to judge by; got ${rows.count} rows of ${rows.size}, and ${heldOut.count} of ${heldOut.size}`,
    );
  }
  if (!(rows.values.every(Number.isFinite) && heldOut.values.every(Number.isFinite))) {
    throw new DiffeoError(
      'NOT_FINITE',
      'tableBaselines: rows have gaps or infinite numbers, of which these have no density',
    );
  }
}

/**
 * What is to be beaten on rows that nothing was fitted to: the Gaussian of full covariance, a mixture of Gaussians of as many components as a
 * tenth of the rows asks for, which is then fitted to all of them, and a kernel density of whitened rows, of widths by which each row is
 * likeliest given the others. `rows` are all that may be learned from.
 *
 * @throws DiffeoError `DATA` for fewer than 16 rows, or none held out; `NOT_FINITE` for gaps.
 */
export async function tableBaselines(
  rows: TableRows,
  heldOut: TableRows,
  { seed = 0, signal }: { readonly seed?: Seed; readonly signal?: AbortSignal } = {},
): Promise<readonly TableBaseline[]> {
  requireRows(rows, heldOut);
  /** The scores of the held-out rows under a kind that is fitted to these rows: from several starts, of which that is taken by which they are likeliest. */
  const scoresUnder = async (
    { name, refit }: MemberKind,
    own: TableRows,
    { setting = '', starts = 1 }: { readonly setting?: string; readonly starts?: number } = {},
  ): Promise<Float64Array> => {
    if (!refit) throw new DiffeoError('CONFIG', `tableBaselines: ${name} cannot be fitted to all rows`);
    const started = startRows(own);
    let best: { readonly total: number; readonly scores: Float64Array } | undefined;
    for (let start = 0; start < starts; start++) {
      signal?.throwIfAborted();
      const member = await refit(started, setting, fold(fold(seed, name), start));
      const learned = starts === 1 ? new Float64Array() : await scoresOf(member.model, member.params, own);
      const total = learned.reduce((sum, score) => sum + score, 0);
      if (!best || total > best.total) best = { total, scores: await scoresOf(member.model, member.params, heldOut) };
      disposeMembers([member]);
    }
    await started.dispose();
    return best?.scores ?? new Float64Array();
  };
  const order = shuffled(rows.count, fold(seed, 'order'));
  const tenth = Math.max(4, Math.round(rows.count / 10));
  const mixture = mixtureMember('whitened', { fast: true });
  const train = startRows(rowsAt(rows, order.slice(tenth)));
  const parts = { train, stop: rowsAt(rows, order.slice(0, tenth)) };
  const candidates = await mixture.fit(parts, fold(seed, mixture.name), { signal });
  const { setting } = candidates.reduce((best, one) => (one.stopScore > best.stopScore ? one : best));
  await train.dispose();
  return [
    { name: 'Gaussian', setting: 'full covariance', scores: await scoresUnder(gaussianMember('whitened'), rows) },
    {
      name: 'Gaussian mixture',
      setting: `of ${setting}`,
      scores: await scoresUnder(mixture, rows, { setting, starts: mixtureStarts }),
    },
    {
      name: 'kernel density',
      setting: `${Math.min(rows.count, maxKernels).toLocaleString('en')} kernels`,
      scores: await scoresUnder(kernelMember('whitened', { most: maxKernels }), rows),
    },
  ];
}
