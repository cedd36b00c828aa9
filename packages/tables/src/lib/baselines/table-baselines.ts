import { DiffeoError, fold, type Seed, shuffled } from '@diffeo/core';
import { disposeMembers, scoresOf } from '../cross-fit.ts';
import { startFront } from '../flows/front.ts';
import { gaussianMember } from '../members/gaussian-member.ts';
import type { Member } from '../members/member-kind.ts';
import { mixtureMember } from '../members/mixture-member.ts';
import { rowsAt, type TableRows } from '../table-rows.ts';
import { kernelDensity } from './kernel-density.ts';

/** What a table's density may be compared with. */
export interface TableBaseline {
  readonly name: 'Gaussian' | 'Gaussian mixture' | 'kernel density';
  /** What was chosen, in words. */
  readonly setting: string;
  /** The log-likelihood of each row that was held out, nats. */
  readonly scores: Float64Array;
}

const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

/** On the host, as a front makes it. */
async function whitened(rows: TableRows, others: TableRows, seed: Seed): Promise<readonly [TableRows, TableRows]> {
  const front = await startFront('whitened', rows, seed);
  const through = async (table: TableRows): Promise<TableRows> => {
    const tensor = front.through(table);
    const values = (await tensor.data()) as Float32Array;
    tensor.dispose();
    return { ...table, values };
  };
  return [await through(rows), await through(others)];
}

/** The logarithm of the volume that whitening gives a row, by what the Gaussian says of it: the same for all rows. */
function logVolume({ values, size }: TableRows, gaussian: Float64Array): number {
  let squares = 0;
  for (let k = 0; k < size; k++) squares += (values[k] as number) ** 2;
  return (gaussian[0] as number) + 0.5 * squares + size * logRoot2Pi;
}

/**
 * What is to be beaten on rows that nothing was fitted to: the Gaussian of full covariance, a mixture of Gaussians of as many components as a
 * tenth of the rows asks for, which is then fitted to all of them, and a kernel density of whitened rows whose width is chosen by leaving
 * rows out. `rows` are all that may be learned from.
 *
 * @throws DiffeoError `DATA` for fewer than 16 rows, or none held out; `NOT_FINITE` for gaps.
 */
export async function tableBaselines(
  rows: TableRows,
  heldOut: TableRows,
  { seed = 0, signal }: { readonly seed?: Seed; readonly signal?: AbortSignal } = {},
): Promise<readonly TableBaseline[]> {
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
  const scoresUnder = async (member: Member): Promise<Float64Array> => {
    const scores = await scoresOf(member.model, member.params, heldOut);
    disposeMembers([member]);
    return scores;
  };
  const refit = async (kind: ReturnType<typeof gaussianMember>, setting: string): Promise<Float64Array> => {
    signal?.throwIfAborted();
    if (!kind.refit) throw new DiffeoError('CONFIG', `tableBaselines: ${kind.name} cannot be fitted to all rows`);
    return await scoresUnder(await kind.refit(rows, setting, fold(seed, kind.name)));
  };
  const gaussian = await refit(gaussianMember('whitened'), '');
  const order = shuffled(rows.count, fold(seed, 'order'));
  const tenth = Math.max(4, Math.round(rows.count / 10));
  const mixture = mixtureMember('whitened');
  const parts = { train: rowsAt(rows, order.slice(tenth)), stop: rowsAt(rows, order.slice(0, tenth)) };
  const candidates = await mixture.fit(parts, fold(seed, mixture.name), signal);
  const chosen = candidates.reduce((best, one) => (one.stopScore > best.stopScore ? one : best));
  const mixtureScores = await refit(mixture, chosen.setting);
  signal?.throwIfAborted();
  const [centres, judged] = await whitened(rows, heldOut, fold(seed, 'whiten'));
  const kernels = kernelDensity(centres, judged, fold(seed, 'kernels'));
  const volume = logVolume(judged, gaussian);
  return [
    { name: 'Gaussian', setting: 'full covariance', scores: gaussian },
    {
      name: 'Gaussian mixture',
      setting: `${chosen.setting} component${chosen.setting === '1' ? '' : 's'}`,
      scores: mixtureScores,
    },
    {
      name: 'kernel density',
      setting: `width ${kernels.factor} × the rule of thumb`,
      scores: kernels.scores.map((score) => score + volume),
    },
  ];
}
