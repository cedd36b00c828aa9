import { DiffeoError } from '@diffeo/core';
import { defineCommand } from 'citty';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { setNames } from '../quality/data-set.ts';
import { measureQuality } from '../quality/measure-quality.ts';
import { flowNames } from '../quality/quality-flow.ts';
import { qualityTable } from '../quality/quality-table.ts';
import { say } from '../say.ts';
import { wholeNumber } from '../whole-number.ts';
import { json } from './arguments.ts';
import { named } from './named.ts';
import { reported } from './reported.ts';

export const quality = defineCommand({
  meta: {
    name: 'quality',
    description:
      'bits per dimension, reconstructions and pictures of flows trained on images, in at most 20 minutes each',
  },
  args: {
    json,
    only: { type: 'string', description: 'sets to train on: digits,mnist,fashion. Default: all that are there' },
    noise: { type: 'string', default: 'variational,uniform', description: 'how whole numbers become dense' },
    flow: { type: 'string', default: 'glow', description: 'what is trained: glow,tarflow' },
    steps: { type: 'string', description: 'of each run, instead of as many as fit into its minutes' },
    minutes: { type: 'string', description: 'of each run. Default: digits 4, mnist 10, fashion 18' },
    data: { type: 'string', description: 'the folder of the data. Default: ../shared/data beside the repository' },
    out: { type: 'string', default: 'artifacts/quality', description: 'where pictures, curves and models go' },
    seed: { type: 'string', default: '0', description: 'of the parts, the parameters, the batches and the noise' },
  },
  run: reported(async ({ args }) => {
    const minutes = args.minutes === undefined ? undefined : Number(args.minutes);
    if (minutes !== undefined && !(minutes > 0 && minutes < 1e6)) {
      throw new DiffeoError('USAGE', `--minutes takes a number above 0; got '${args.minutes}'`);
    }
    const result = await measureQuality({
      only: args.only === undefined ? undefined : named(args.only, '--only', setNames),
      noises: named(args.noise, '--noise', ['variational', 'uniform']),
      flows: named(args.flow, '--flow', flowNames),
      steps: args.steps === undefined ? undefined : wholeNumber(args.steps, '--steps'),
      ...{ minutes, data: args.data, out: args.out },
      seed: wholeNumber(args.seed, '--seed', 0),
    });
    say(describeMachine(result.machine));
    print(result, args.json, qualityTable);
  }),
});
