import { defineCommand } from 'citty';
import { listOption } from '../options/list-option.ts';
import { numberOption, seedRange } from '../options/number-option.ts';

/** `diffeo check PACKAGE` */
export const checkCommand = defineCommand({
  meta: { name: 'check', description: "Prove a package's layers and base distributions with the conformance kit." },
  args: {
    package: {
      type: 'positional',
      required: true,
      description: 'A package that is installed where you stand, or a module of yours as ./src/index.js.',
    },
    only: { type: 'string', valueHint: 'a,b', description: 'Run these checks alone.' },
    backend: {
      type: 'enum',
      options: ['cpu', 'wasm'] as string[],
      description: 'Run on this backend alone. Default: on both, and compare them.',
    },
    seed: { type: 'string', description: 'Draws parameters and points. Default 1, or what the package says.' },
    json: { type: 'boolean', description: 'Print the report as one JSON object.' },
  },
  run: async ({ args, data: signal }) => {
    const { check } = await import('../check/check.ts');
    await check({
      package: args.package,
      only: listOption('--only', args.only),
      backend: args.backend as 'cpu' | 'wasm' | undefined,
      seed: numberOption('--seed', args.seed, seedRange, undefined),
      json: args.json === true,
      signal,
    });
  },
});
