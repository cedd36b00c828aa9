import { registerGradients } from '@diffeo/core/gradients';
import { type ActivationName, activations } from '@diffeo/ops';
import { useWasm } from '@diffeo/trainer';
import { median } from '../averages.ts';
import { type Machine, machine } from '../machine.ts';
import { processorTime } from '../processor-time.ts';
import { stackStep } from '../stack-step.ts';
import { activationStacks, smokeStacks, stepOf } from './activation-stacks.ts';

/** A stack with one activation between its layers. */
interface ActivationRow {
  readonly stack: string;
  readonly activation: ActivationName;
  /** Of a pass there with all gradients, by the processor's time: the median over the rounds. */
  readonly milliseconds: number;
  /** How many times as long as with ReLU: the median over the rounds. */
  readonly timesRelu: number;
}

export interface ActivationsResult {
  readonly benchmark: 'activations';
  readonly machine: Machine;
  /** What is wanted of each: at most so many times as long as with ReLU. */
  readonly most: number;
  readonly rows: readonly ActivationRow[];
}

const names = Object.keys(activations) as ActivationName[];

/** How long a turn is, milliseconds. */
const turn = 150;

/** The mean milliseconds of a call over one turn at least. */
function paceOf(f: () => void): number {
  const began = processorTime();
  let calls = 0;
  let spent = 0;
  do {
    f();
    calls++;
    spent = processorTime() - began;
  } while (spent < turn);
  return spent / calls;
}

/** Stacks of dense layers and of convolutions with each activation, beside the same with ReLU, in turns. */
export async function measureActivations(rounds: number, smoke: boolean): Promise<ActivationsResult> {
  await useWasm();
  registerGradients();
  const before = machine();
  const rows: ActivationRow[] = [];
  for (const stack of smoke ? smokeStacks : activationStacks) {
    const step = stepOf(stack);
    const paces = new Map(names.map((name) => [name, [] as number[]]));
    // The first round is for the engine to compile in.
    for (let round = -1; round < rounds; round++) {
      for (const [name, own] of paces) {
        const pace = paceOf(() => stackStep(step, name));
        if (round >= 0) own.push(pace);
      }
    }
    const relu = paces.get('relu') as number[];
    for (const [activation, own] of paces) {
      const timesRelu = median(own.map((pace, round) => pace / (relu[round] as number)));
      rows.push({ stack: stack.name, activation, milliseconds: median(own), timesRelu });
    }
    step.dispose();
  }
  return { benchmark: 'activations', machine: before, most: 1.5, rows };
}
