import { disposeParams, type Seed } from '@diffeo/core';
import { type Effort, pooledScores, tableFlow } from '@diffeo/tables';
import { score, useWasm } from '@diffeo/trainer';
import { tensor2d } from '@tensorflow/tfjs-core';
import { type Machine, machine } from '../machine.ts';
import { say } from '../say.ts';
import { anomalySets } from './anomaly-sets.ts';
import { areaDifference, areaUnderCurve } from './area-under-curve.ts';
import { peerScores } from './peer.ts';

/** What to measure. */
export interface AnomaliesOptions {
  readonly effort: Effort;
  readonly seed: number;
  /** Digits that are learned, one at a time. */
  readonly digits: readonly number[];
}

/** One set of rows. Areas are those under the receiver operating characteristic. */
interface AnomalyResult {
  readonly name: string;
  readonly trained: number;
  readonly columns: number;
  readonly ordinary: number;
  readonly anomalies: number;
  /** By what the members say, a vote each. */
  readonly area: number;
  /** By the log-density of their mixture. */
  readonly ofDensity: number;
  readonly beside: readonly {
    readonly name: string;
    readonly area: number;
    /** By how much our area is larger. */
    readonly difference: number;
    readonly standardError: number;
  }[];
}

/** The result of a run. */
export interface AnomaliesResult {
  readonly machine: Machine;
  readonly effort: Effort;
  readonly seed: number;
  readonly sets: readonly AnomalyResult[];
}

/** How well rows that do not belong are told by their density, learned from others that do. */
export async function measureAnomalies({ effort, seed, digits }: AnomaliesOptions): Promise<AnomaliesResult> {
  await useWasm();
  const sets: AnomalyResult[] = [];
  for (const set of await anomalySets(seed as Seed, digits)) {
    const { name, train, test, odd } = set;
    const { model, params } = await tableFlow(train, { effort, seed });
    const x = tensor2d(test.values, [test.count, test.size]);
    const density = areaUnderCurve(await score(model, params, x), odd);
    const ours = areaUnderCurve(await pooledScores({ model, params }, test), odd);
    x.dispose();
    disposeParams(model.layout, params);
    const beside = Object.entries(peerScores(set)).map(([name, scores]) => {
      const theirs = areaUnderCurve(scores, odd);
      const { mean, standardError } = areaDifference(ours, theirs, odd);
      return { name, area: theirs.area, difference: mean, standardError };
    });
    const anomalies = odd.filter(Boolean).length;
    sets.push({
      ...{ name, trained: train.count, columns: train.size, ordinary: odd.length - anomalies, anomalies },
      ...{ area: ours.area, ofDensity: density.area, beside },
    });
    say(
      `${name}: ${ours.area.toFixed(4)}, by log-density ${density.area.toFixed(4)}; ${beside.map((own) => `${own.name} ${own.area.toFixed(4)}`).join(', ')}`,
    );
  }
  return { machine: machine(), effort, seed, sets };
}
