import { defineCommand } from 'citty';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { say } from '../say.ts';
import { baselineNames } from '../tables/baselines.ts';
import { measureTables } from '../tables/measure-tables.ts';
import { tableNames, tablesFolder } from '../tables/table-set.ts';
import { tablesTable } from '../tables/tables-table.ts';
import { verdicts } from '../tables/verdicts.ts';
import { wholeNumber } from '../whole-number.ts';
import { json } from './arguments.ts';
import { named } from './named.ts';
import { reported } from './reported.ts';

export const tables = defineCommand({
  meta: {
    name: 'tables',
    description: 'densities of real tables beside Gaussians, mixtures, kernels and a spline flow',
  },
  args: {
    json,
    effort: { type: 'string', default: 'standard', description: 'fast, standard or best' },
    only: { type: 'string', description: 'tables, by name: faithful,seeds. Default: all' },
    data: {
      type: 'string',
      description: 'the folder of the tables. Default: ../shared/data/tables beside the repository',
    },
    seed: { type: 'string', default: '1', description: 'of folds, starts and batches' },
    spread: { type: 'boolean', description: 'tables of fewer than 1,000 rows with three seeds' },
    ours: {
      type: 'string',
      default: 'measured',
      description:
        'measured; kept: and written down in records/tables, where it was not by the recipe of now; recorded: as it was written down, in no time',
    },
    baselines: {
      type: 'string',
      description:
        'competitors to run and record where they were not, if a python3 can: Gaussian,mixture,kernels,spline-flow',
    },
  },
  run: reported(async ({ args }) => {
    const [effort = 'standard'] = named(args.effort, '--effort', ['fast', 'standard', 'best'] as const);
    const [ours = 'measured'] = named(args.ours, '--ours', ['measured', 'kept', 'recorded'] as const);
    const result = await measureTables({
      ...{ ours, effort, data: args.data, spread: args.spread ?? false },
      only: args.only === undefined ? undefined : named(args.only, '--only', tableNames(tablesFolder(args.data))),
      baselines: args.baselines === undefined ? [] : named(args.baselines, '--baselines', baselineNames),
      seed: wholeNumber(args.seed, '--seed', 0),
    });
    say(describeMachine(result.machine));
    print(args.json ? { ...result, verdicts: verdicts(result) } : result, args.json, tablesTable);
    if (result.failed.length > 0) process.exitCode = 1;
  }),
});
