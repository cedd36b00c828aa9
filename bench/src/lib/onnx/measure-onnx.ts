import { type FlowParams, normal } from '@diffeo/core';
import { exportOnnx } from '@diffeo/onnx';
import { randomiseParams } from '@diffeo/testing';
import { prepared, useWasm } from '@diffeo/trainer';
import type { Tensor } from '@tensorflow/tfjs-core';
import { median } from '../averages.ts';
import { describeMachine, machine } from '../machine.ts';
import type { OnnxModel } from './onnx-models.ts';
import { type NamedRuntime, onnxRuntimes } from './runtimes.ts';

const functions = ['logProb', 'toData'] as const;
type Measured = (typeof functions)[number];

/** How long one batch takes in one runtime. */
interface OnnxRow {
  readonly model: string;
  readonly function: Measured;
  readonly batch: number;
  readonly runtime: string;
  /** Median over the rounds. */
  readonly milliseconds: number;
  /** Median over the rounds of how many times as long it took as ours in the same round. */
  readonly timesOurs: number;
  /** The largest difference from ours, relative to max(1, |value|). */
  readonly difference: number;
}

/** What was measured. */
export interface OnnxResult {
  readonly machine: string;
  readonly rounds: number;
  readonly rows: readonly OnnxRow[];
}

/** Runs a function once on a batch. */
type Run = () => Promise<Float32Array>;

const ours = 'diffeo';
/** How long a turn is at least, milliseconds, so that a clock's step is nothing of it. */
const shortestTurn = 20;

async function inRuntime({ runtime }: NamedRuntime, file: Uint8Array, input: Tensor): Promise<Run> {
  const session = await runtime.InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const [from = '', to = ''] = [session.inputNames[0], session.outputNames[0]];
  const values = input.dataSync() as Float32Array;
  return async () => {
    const outputs = await session.run({ [from]: new runtime.Tensor('float32', values, input.shape) });
    return outputs[to]?.data as Float32Array;
  };
}

function inOurs({ model }: OnnxModel, params: FlowParams, name: Measured, input: Tensor): Run {
  const ready = prepared(model, params);
  return async () => {
    const result = name === 'logProb' ? ready.logProb(input) : ready.toData(input);
    const values = (await result.data()) as Float32Array;
    result.dispose();
    return values;
  };
}

const differenceOf = (own: Float32Array, wanted: Float32Array): number =>
  Math.max(...Array.from(wanted, (value, i) => Math.abs((own[i] as number) - value) / Math.max(1, Math.abs(value))));

/** Milliseconds of one run, of as many as make a turn. */
async function paceOf(run: Run, times: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < times; i++) await run();
  return (performance.now() - began) / times;
}

/** Lets each have its turns, in rounds, after a turn that counts for nothing. */
async function takeTurns(runs: ReadonlyMap<string, Run>, rounds: number): Promise<ReadonlyMap<string, number[]>> {
  const paces = new Map([...runs.keys()].map((name) => [name, [] as number[]]));
  const times = new Map<string, number>();
  for (const [name, run] of runs) {
    for (let i = 0; i < 3; i++) await run();
    times.set(name, Math.max(1, Math.ceil(shortestTurn / (await paceOf(run, 1)))));
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of runs) paces.get(name)?.push(await paceOf(run, times.get(name) as number));
  }
  return paces;
}

/** Times of each function of each model, in ours and in every runtime of ONNX that is here, on one thread each. */
export async function measureOnnx(models: readonly OnnxModel[], rounds: number): Promise<OnnxResult> {
  await useWasm();
  const runtimes = onnxRuntimes();
  const rows: OnnxRow[] = [];
  for (const each of models) {
    const { model, name, batches } = each;
    const started = await model.start(model.init(1), normal([64, ...model.eventShape], 1));
    const params = randomiseParams(model.layout, started, 2, 0.1);
    const files = await exportOnnx(model, params, { functions });
    for (const asked of functions) {
      for (const batch of batches) {
        const input = normal([batch, ...(asked === 'logProb' ? model.eventShape : model.baseShape)], 3);
        const runs = new Map<string, Run>([[ours, inOurs(each, params, asked, input)]]);
        for (const one of runtimes) runs.set(one.name, await inRuntime(one, files[asked], input));
        const wanted = await (runs.get(ours) as Run)();
        const paces = await takeTurns(runs, rounds);
        const own = paces.get(ours) as number[];
        for (const [runtime, taken] of paces) {
          rows.push({
            model: name,
            function: asked,
            batch,
            runtime,
            milliseconds: median(taken),
            timesOurs: median(taken.map((time, i) => time / (own[i] as number))),
            difference: differenceOf(await (runs.get(runtime) as Run)(), wanted),
          });
        }
      }
    }
  }
  return { machine: describeMachine(machine()), rounds, rows };
}
