import { defineCommand } from 'citty';
import { activationsTable } from '../activations/activations-table.ts';
import { measureActivations } from '../activations/measure-activations.ts';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { say } from '../say.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

export const activations = defineCommand({
  meta: {
    name: 'activations',
    description: "speed of stacks of dense layers and of convolutions with smooth activations, beside ReLU's",
  },
  args: {
    json,
    smoke,
    rounds: { type: 'string', default: '7', description: 'rounds, in each of which every activation has its turn' },
  },
  run: reported(async ({ args }) => {
    const result = await measureActivations(wholeNumber(args.rounds, '--rounds'), args.smoke);
    say(describeMachine(result.machine));
    print(result, args.json, activationsTable);
  }),
});
