import { type Density, isFlow, type Mixture, type MixtureParams } from '@diffeo/core';
import { scoresOf } from '../cross-fit.ts';
import { logSum } from '../mixed/class-density.ts';
import type { TableRows } from '../table-rows.ts';

/**
 * What each kind of member says of rows, one vote each: the mean of their log-densities, a logarithmic opinion pool (Genest and Zidek 1986), nats. A mixture's own density is that of whichever member a row
 * surprises least, so that one with heavy tails excuses what all others find impossible; here none is overruled. For telling anomalies from ordinary rows; it is no density. Of one flow it is the log-density.
 *
 * @param rows without a context, as the model takes them
 */
export async function pooledScores(
  { model, params }: { readonly model: Density; readonly params: unknown },
  rows: TableRows,
): Promise<Float64Array> {
  if (isFlow(model)) return await scoresOf(model, params as Parameters<typeof scoresOf>[1], rows);
  const { members } = model as Mixture;
  const { logits, members: own } = params as MixtureParams;
  const weights = await logits.data();
  const kinds: Float64Array[][] = [];
  for (const [i, member] of members.entries()) {
    const scores = await pooledScores({ model: member, params: own[i] }, rows);
    // The members that folds have of one kind stand side by side, and weigh the same.
    if (i > 0 && weights[i] === weights[i - 1]) kinds.at(-1)?.push(scores);
    else kinds.push([scores]);
  }
  return Float64Array.from({ length: rows.count }, (_, row) => {
    const votes = kinds.map(
      (kind) => logSum(Float64Array.from(kind, (scores) => scores[row] as number)) - Math.log(kind.length),
    );
    return votes.reduce((sum, vote) => sum + vote, 0) / votes.length;
  });
}
