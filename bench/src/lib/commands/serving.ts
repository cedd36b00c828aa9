import { defineCommand } from 'citty';
import { print } from '../print.ts';
import { measureServing } from '../serving/measure-serving.ts';
import { servingTable } from '../serving/serving-table.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

export const serving = defineCommand({
  meta: { name: 'serving', description: '32 requests of one row at once, beside one batch of 32 rows' },
  args: {
    json,
    smoke,
    rounds: { type: 'string', default: '200', description: 'rounds, in each of which every way has its turn' },
  },
  run: reported(async ({ args }) => {
    const result = await measureServing(wholeNumber(args.rounds, '--rounds'), { small: args.smoke });
    print(result, args.json, servingTable);
  }),
});
