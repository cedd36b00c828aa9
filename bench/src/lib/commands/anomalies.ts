import { defineCommand } from 'citty';
import { anomaliesTable } from '../anomalies/anomalies-table.ts';
import { measureAnomalies } from '../anomalies/measure-anomalies.ts';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { say } from '../say.ts';
import { wholeNumber } from '../whole-number.ts';
import { json } from './arguments.ts';
import { named } from './named.ts';
import { reported } from './reported.ts';

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

export const anomalies = defineCommand({
  meta: { name: 'anomalies', description: 'rows that do not belong, beside a Gaussian and an isolation forest' },
  args: {
    json,
    effort: { type: 'string', default: 'fast', description: 'fast, standard or best' },
    seed: { type: 'string', default: '1', description: 'of what is learned from, folds, starts and batches' },
    digits: { type: 'string', default: '0,1,8', description: 'digits that are learned, one at a time' },
  },
  run: reported(async ({ args }) => {
    const [effort = 'fast'] = named(args.effort, '--effort', ['fast', 'standard', 'best'] as const);
    const result = await measureAnomalies({
      effort,
      seed: wholeNumber(args.seed, '--seed', 0),
      digits: named(args.digits, '--digits', digits).map(Number),
    });
    say(describeMachine(result.machine));
    print(result, args.json, anomaliesTable);
  }),
});
