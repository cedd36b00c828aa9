import { type Flow, type FlowParams, flow, normal } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { microBatches, prepared, useWasm } from '@diffeo/trainer';

/** How long it takes to answer so many rows in one way. */
interface ServingRow {
  readonly way: string;
  /** Median over the rounds. */
  readonly milliseconds: number;
  /** Median over the rounds of how many times as long it took as one batch in the same round. */
  readonly timesOneBatch: number;
}

/** What was measured. */
export interface ServingResult {
  readonly requests: number;
  readonly rounds: number;
  readonly rows: readonly ServingRow[];
}

const requests = 32;
const oneBatch = 'one batch of 32 rows, prepared';
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** The ways, each of which answers 32 rows. */
function waysOf(model: Flow, params: FlowParams) {
  const x = normal([requests, 2], 1);
  const values = x.dataSync() as Float32Array;
  const row = (i: number) => values.subarray(2 * i, 2 * i + 2);
  const each = Array.from({ length: requests }, (_, i) => i);
  const ready = prepared(model, params);
  const batches = microBatches(model, params);
  return {
    [oneBatch]: async () => {
      const scores = ready.logProb(x);
      await scores.data();
      scores.dispose();
    },
    '32 requests at once, microBatches': async () => void (await Promise.all(each.map((i) => batches.logProb(row(i))))),
    '32 requests in turn, microBatches': async () => {
      for (const i of each) await batches.logProb(row(i));
    },
  };
}

/** Answers 32 rows in each way, in turns, after a warm-up in which shapes are recorded. */
export async function measureServing(rounds: number, { small = false } = {}): Promise<ServingResult> {
  await useWasm();
  const model = flow({
    eventShape: [2],
    layers: realNVP(small ? { layers: 2, hidden: [4] } : { layers: 8, hidden: [64, 64] }),
  });
  const ways = Object.entries(waysOf(model, model.init(1)));
  const taken = new Map<string, number[]>(ways.map(([way]) => [way, []]));
  for (let round = -10; round < rounds; round++) {
    for (const [way, run] of ways) {
      const began = performance.now();
      await run();
      if (round >= 0) taken.get(way)?.push(performance.now() - began);
    }
  }
  const batch = taken.get(oneBatch) as number[];
  return {
    requests,
    rounds,
    rows: [...taken].map(([way, times]) => ({
      way,
      milliseconds: median(times),
      timesOneBatch: median(times.map((time, i) => time / (batch[i] as number))),
    })),
  };
}
