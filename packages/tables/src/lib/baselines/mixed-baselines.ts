import { DiffeoError, fold, type Seed } from '@diffeo/core';
import { disposeMembers, scoresOf } from '../cross-fit.ts';
import { startRows } from '../flows/front.ts';
import { cellMember, independentMember } from '../mixed/class-members.ts';
import { type MixedData, withMissingCells } from '../mixed/mixed-table.ts';
import { mixedTableShape } from '../mixed/mixed-table-shape.ts';
import type { TableBaseline } from './table-baselines.ts';

/**
 * What is to be beaten on rows of a mixed table that nothing was fitted to: each column by itself, and a Gaussian for each cell of the table of categories, with shares of the cells that
 * none leaves empty. `data` are all that may be learned from; `heldOut` is of the same columns, with NaN for gaps.
 *
 * @throws DiffeoError `DATA` for fewer than 16 rows, or none held out.
 */
export async function mixedBaselines(
  data: MixedData,
  heldOut: Pick<MixedData, 'values' | 'count'>,
  { seed = 0, signal }: { readonly seed?: Seed; readonly signal?: AbortSignal } = {},
): Promise<readonly TableBaseline[]> {
  const { columns: facts, count } = data;
  const size = facts.length;
  if (count < 16 || heldOut.count === 0 || heldOut.values.length !== heldOut.count * size) {
    throw new DiffeoError(
      'DATA',
      `mixedBaselines takes at least 16 rows, and others of the same columns to judge by; got ${count} rows of ${size}, and ${heldOut.values.length} values of ${heldOut.count} rows`,
    );
  }
  const values = withMissingCells(data.values);
  const shape = mixedTableShape(facts, []);
  const judged = { values: withMissingCells(heldOut.values), count: heldOut.count, size };
  const started = startRows({ values, count, size });
  const baselines: TableBaseline[] = [];
  for (const [name, kind] of [
    ['independent columns', independentMember(shape)],
    ['Gaussian for each cell', cellMember(shape, 'straight')],
  ] as const) {
    signal?.throwIfAborted();
    const member = await kind.refit?.(started, '', fold(seed, name));
    if (!member) continue;
    baselines.push({ name, setting: '', scores: await scoresOf(member.model, member.params, judged) });
    disposeMembers([member]);
  }
  await started.dispose();
  return baselines;
}
