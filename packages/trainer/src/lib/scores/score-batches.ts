import { type Density, DiffeoError, fold, type Seed } from '@diffeo/core';
import { disposeDataset, type TensorDataset } from '../data/tensor-dataset.ts';
import { preparedFor } from '../sampling/prepared.ts';
import { firstNotFinite } from '../training/diagnose.ts';

/** log of the mean of exp of several scores of each row, in float64. */
function meanProbability(several: readonly Float32Array[]): Float32Array {
  const [first] = several as [Float32Array, ...Float32Array[]];
  return first.map((_, row) => {
    const scores = several.map((draw) => draw[row] as number);
    const most = Math.max(...scores);
    if (most === -Infinity) return most;
    return most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0) / scores.length);
  });
}

/** How a batch is scored. */
export interface ScoreBatchOptions {
  readonly noise: Seed;
  readonly draws: number;
  /** Refuses rows whose score is infinite too, and not those alone whose score is not a number. */
  readonly finite: boolean;
}

/** Which row of those given has no score, and why: the cause of the error. */
export interface UnscoredRow {
  readonly row: number;
  readonly reason: string;
}

/** Log-likelihoods of batches, by the number of each one's first row among all. `take` gives a batch, which is disposed here. */
export async function scoreBatches(
  model: Density,
  params: unknown,
  begins: readonly number[],
  take: (begin: number) => TensorDataset,
  { noise, draws, finite }: ScoreBatchOptions,
): Promise<Float32Array[]> {
  const each = model.dequantizes ? draws : 1;
  const ready = preparedFor(model, params, each * begins.length);

  async function scoreOnce({ x, context }: TensorDataset, begin: number, seed: Seed): Promise<Float32Array> {
    const options = { ...(context && { context }), ...(model.dequantizes && { noise: seed }) };
    const logProb = ready.logProb(x, options);
    const values = (await logProb.data()) as Float32Array;
    logProb.dispose();
    const bad = values.findIndex((value) => (finite ? !Number.isFinite(value) : Number.isNaN(value)));
    if (bad < 0) return values;
    const row = begin + bad;
    const reason = (await firstNotFinite(model, params, x, options)) ?? `its log-likelihood is ${values[bad]}`;
    const cause: UnscoredRow = { row, reason };
    throw new DiffeoError('NOT_FINITE', `row ${row} (counted from 0): ${reason}`, { cause });
  }

  const scores: Float32Array[] = [];
  try {
    for (const begin of begins) {
      const batch = take(begin);
      try {
        const seed = fold(noise, begin);
        const several: Float32Array[] = [];
        for (let draw = 0; draw < each; draw++) {
          several.push(await scoreOnce(batch, begin, draw === 0 ? seed : fold(seed, draw)));
        }
        scores.push(several.length === 1 ? (several[0] as Float32Array) : meanProbability(several));
      } finally {
        disposeDataset(batch);
      }
    }
  } finally {
    ready.dispose();
  }
  return scores;
}
