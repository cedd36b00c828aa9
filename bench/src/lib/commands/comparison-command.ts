import { defineCommand } from 'citty';
import type { ComparisonOptions, ComparisonResult } from '../comparison/comparison.ts';
import { comparisonTable } from '../comparison/comparison-table.ts';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { say } from '../say.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

/** A command that measures competitors in turns. */
export const comparison = (
  meta: { readonly name: string; readonly description: string },
  steps: string,
  measure: (options: ComparisonOptions) => Promise<ComparisonResult>,
) =>
  defineCommand({
    meta,
    args: {
      json,
      smoke,
      rounds: { type: 'string', default: '7', description: 'rounds, in each of which every competitor has its turn' },
      steps: { type: 'string', default: steps, description: 'steps a round' },
      'warm-up': {
        type: 'string',
        default: '2',
        description: 'seconds that each competitor runs before it is measured',
      },
      models: { type: 'string', description: 'which of the models, by number: 1,2. Default: all' },
      without: {
        type: 'string',
        description: 'competitors to leave out, by the beginnings of their names: stock,tfjs,jax',
      },
    },
    run: reported(async ({ args }) => {
      const models = args.models?.split(',').map((text) => wholeNumber(text, '--models'));
      const result = await measure({
        rounds: wholeNumber(args.rounds, '--rounds'),
        stepsPerRound: wholeNumber(args.steps, '--steps'),
        warmUpSeconds: wholeNumber(args['warm-up'], '--warm-up', 0),
        smoke: args.smoke,
        ...(models && { models }),
        // A name may hold a comma, which a space follows.
        ...(args.without && { without: args.without.split(/,(?! )/) }),
      });
      say(describeMachine(result.machine));
      print(result, args.json, comparisonTable);
    }),
  });
