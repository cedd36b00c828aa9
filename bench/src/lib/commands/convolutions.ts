import { defineCommand } from 'citty';
import { convolutionsTable } from '../convolutions/convolutions-table.ts';
import { measureConvolutions } from '../convolutions/measure-convolutions.ts';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { say } from '../say.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

export const convolutions = defineCommand({
  meta: {
    name: 'convolutions',
    description: "speed of convolutions, of their gradients and of stacks of them at Glow's sizes",
  },
  args: {
    json,
    smoke,
    rounds: { type: 'string', default: '7', description: 'rounds, in each of which every competitor has its turn' },
  },
  run: reported(async ({ args }) => {
    const result = await measureConvolutions(wholeNumber(args.rounds, '--rounds'), args.smoke);
    say(describeMachine(result.machine));
    print(result, args.json, convolutionsTable);
  }),
});
