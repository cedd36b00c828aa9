import { DiffeoError } from '@diffeo/core';
import { defineCommand } from 'citty';
import { csvArguments, csvOptions } from '../options/csv-arguments.ts';
import { engineArgument, jobArguments, jobOptions, rootArgument } from '../options/job-arguments.ts';
import { listOption } from '../options/list-option.ts';
import { numberOption, seedRange } from '../options/number-option.ts';

/** `diffeo search DATA --out FOLDER` */
export const searchCommand = defineCommand({
  meta: {
    name: 'search',
    description: 'Try hyper-parameters at random, and keep the best model and a table of trials.',
  },
  args: {
    data: { type: 'positional', required: true, description: "A table, or a toy density's name." },
    out: {
      type: 'string',
      valueHint: 'folder',
      required: true,
      description: 'Where to write the model, the table, and each trial.',
    },
    trials: { type: 'string', description: 'How many settings to try. Default 16.' },
    steps: { type: 'string', description: 'How many steps a trial takes that comes through. Default: those of train.' },
    rounds: {
      type: 'string',
      description: 'In how many rounds: each lets the best third go on, with three times the steps. Default 1.',
    },
    flow: {
      type: 'string',
      valueHint: 'realnvp,neural-spline',
      description: 'The kinds of flow to try. Default: that of train.',
    },
    context: {
      type: 'string',
      valueHint: 'columns',
      description: 'Refused: search tries flows of all columns, and train makes what is conditioned on some.',
    },
    seed: { type: 'string', description: 'Draws settings, and splits the data. Default 0.' },
    engine: engineArgument,
    root: rootArgument,
    workers: jobArguments.workers,
    mixed: jobArguments.mixed,
    ...csvArguments,
    json: { type: 'boolean', description: 'Print what was found as one JSON object.' },
  },
  run: async ({ args, data: signal }) => {
    // What a configuration says of data would otherwise be left out without a word.
    if (args.context !== undefined) {
      throw new DiffeoError(
        'USAGE',
        `search tries flows of all columns, and none that is conditioned on --context ${args.context}: use train, or name the file instead of data of a configuration that have a context`,
      );
    }
    const { search } = await import('../cluster/search.ts');
    const { rows: _, engine, ...jobs } = jobOptions({ ...args, rows: undefined });
    await search({
      ...jobs,
      engine: engine ?? 'local',
      data: args.data,
      out: args.out,
      trials: numberOption('--trials', args.trials, { whole: true, least: 1, most: 100_000 }, 16),
      steps: numberOption('--steps', args.steps, { whole: true, least: 1, most: 1e9 }, undefined),
      rounds: numberOption('--rounds', args.rounds, { whole: true, least: 1, most: 12 }, 1),
      flows: listOption('--flow', args.flow),
      seed: numberOption('--seed', args.seed, seedRange, 0),
      csv: csvOptions(args),
      json: args.json === true,
      signal,
    });
  },
});
