/** The benchmarks, by name. Results go to stdout, everything else to stderr. */
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { defineCommand, runMain } from 'citty';
import type { ComparisonOptions, ComparisonResult } from './lib/comparison/comparison.ts';
import { comparisonTable } from './lib/comparison/comparison-table.ts';
import { convolutionsTable } from './lib/convolutions/convolutions-table.ts';
import { measureConvolutions } from './lib/convolutions/measure-convolutions.ts';
import { heapTable } from './lib/heap/heap-table.ts';
import { measureHeap } from './lib/heap/measure-heap.ts';
import { measureImages } from './lib/images/measure-images.ts';
import { describeMachine } from './lib/machine.ts';
import { deepCouplings, deepGlow, smallCouplings, smallGlow } from './lib/memory/deep-flow.ts';
import { measureMemory } from './lib/memory/measure-memory.ts';
import { memoryTable } from './lib/memory/memory-table.ts';
import { print } from './lib/print.ts';
import { measureProducts } from './lib/products/measure-products.ts';
import { productsTable } from './lib/products/products-table.ts';
import { imageSubjects, smokeSubjects, vectorSubjects } from './lib/profile/profile-subjects.ts';
import { profileTable } from './lib/profile/profile-table.ts';
import { writeProfiles } from './lib/profile/write-profiles.ts';
import { setNames } from './lib/quality/data-set.ts';
import { measureQuality } from './lib/quality/measure-quality.ts';
import { qualityTable } from './lib/quality/quality-table.ts';
import { say } from './lib/say.ts';
import { measureServing } from './lib/serving/measure-serving.ts';
import { servingTable } from './lib/serving/serving-table.ts';
import { measureSizes } from './lib/size/measure-sizes.ts';
import { sizeTable } from './lib/size/size-table.ts';
import { baselineNames } from './lib/tables/baselines.ts';
import { measureTables } from './lib/tables/measure-tables.ts';
import { tableNames, tablesFolder } from './lib/tables/table-set.ts';
import { tablesTable } from './lib/tables/tables-table.ts';
import { verdicts } from './lib/tables/verdicts.ts';
import { measureTraining } from './lib/training/measure-training.ts';
import { wholeNumber } from './lib/whole-number.ts';

const smoke = {
  type: 'boolean',
  default: false,
  description: 'the smallest that shows that everything runs; measures nothing',
} as const;
const json = { type: 'boolean', description: 'print one object and nothing else on stdout' } as const;

/** A run whose refusals are told in one line. */
const reported =
  <Context>(run: (context: Context) => Promise<void>) =>
  async (context: Context): Promise<void> => {
    try {
      await run(context);
    } catch (error) {
      if (!isDiffeoError(error)) throw error;
      say(error.message);
      process.exit(1);
    }
  };

/** A command that measures competitors in turns. */
const comparison = (
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

const training = comparison(
  { name: 'training', description: 'speed of training, densities and samples beside other libraries' },
  '20',
  measureTraining,
);

const images = comparison(
  { name: 'images', description: 'the same of flows of images, beside PyTorch' },
  '4',
  measureImages,
);

const memory = defineCommand({
  meta: { name: 'memory', description: 'peak memory of a gradient against depth, stored and recomputed' },
  args: { json, smoke, images: { type: 'boolean', description: 'of Glow instead of couplings of vectors' } },
  run: reported(async ({ args }) => {
    const [couplings, images] = args.smoke ? [smallCouplings, smallGlow] : [deepCouplings, deepGlow];
    print(await measureMemory(args.images ? images : couplings), args.json, memoryTable);
  }),
});

const products = defineCommand({
  meta: {
    name: 'products',
    description: 'speed of matrix products in all transposes, beside the SIMD peak and stock tfjs',
  },
  args: { json },
  run: reported(async ({ args }) => {
    const result = await measureProducts();
    say(describeMachine(result.machine));
    print(result, args.json, productsTable);
  }),
});

const convolutions = defineCommand({
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

const heap = defineCommand({
  meta: { name: 'heap', description: 'tensors and bytes held while a flow trains for long' },
  args: { json, steps: { type: 'string', default: '10000', description: 'steps of training' } },
  run: reported(async ({ args }) => print(await measureHeap(wholeNumber(args.steps, '--steps')), args.json, heapTable)),
});

const serving = defineCommand({
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

const profile = defineCommand({
  meta: {
    name: 'profile',
    description: 'where the time of a training step goes, in stock tfjs and here, as flame charts',
  },
  args: {
    json,
    smoke,
    images: { type: 'boolean', description: 'of Glow instead of couplings of vectors, and here alone' },
    steps: { type: 'string', description: 'steps of training. Default: 200, of images 30' },
    models: { type: 'string', description: 'which of the models, by number. Default: 1,4, of images 1,2' },
    folder: { type: 'string', default: 'artifacts/profiles', description: 'where the .cpuprofile files go' },
  },
  run: reported(async ({ args }) => {
    const { images: ofImages = false, folder } = args;
    const { models = ofImages ? '1,2' : '1,4', steps = ofImages ? '30' : '200' } = args;
    const numbers = models.split(',').map((text) => wholeNumber(text, '--models'));
    const subjects = ofImages ? imageSubjects : vectorSubjects;
    const small = ofImages ? smokeSubjects.images : smokeSubjects.vectors;
    const chosen = args.smoke ? [small] : numbers.flatMap((number) => subjects[number - 1] ?? []);
    print(await writeProfiles(folder, chosen, wholeNumber(steps, '--steps')), args.json, profileTable);
  }),
});

/** One of some names, or several with commas between them. */
function named<Name extends string>(text: string, option: string, names: readonly Name[]): readonly Name[] {
  const given = text.split(',');
  const wrong = given.find((name) => !(names as readonly string[]).includes(name));
  if (wrong === undefined) return names.filter((name) => given.includes(name));
  throw new DiffeoError('USAGE', `${option} takes ${names.join(', ')}; got '${wrong}'`);
}

const quality = defineCommand({
  meta: {
    name: 'quality',
    description:
      'bits per dimension, reconstructions and pictures of flows trained on images, in at most 20 minutes each',
  },
  args: {
    json,
    only: { type: 'string', description: 'sets to train on: digits,mnist,fashion. Default: all that are there' },
    noise: { type: 'string', default: 'variational,uniform', description: 'how whole numbers become dense' },
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
      steps: args.steps === undefined ? undefined : wholeNumber(args.steps, '--steps'),
      ...{ minutes, data: args.data, out: args.out },
      seed: wholeNumber(args.seed, '--seed', 0),
    });
    say(describeMachine(result.machine));
    print(result, args.json, qualityTable);
  }),
});

const size = defineCommand({
  meta: { name: 'size', description: 'minified and gzipped size of each package; fails above its budget' },
  args: { json },
  run: async ({ args }) => {
    const result = await measureSizes();
    print(result, args.json, sizeTable);
    if (result.some(({ own, budget }) => budget !== null && own > budget)) process.exitCode = 1;
  },
});

const tables = defineCommand({
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
    baselines: {
      type: 'string',
      description:
        'competitors to run and record where they were not, if a python3 can: Gaussian,mixture,kernels,spline-flow',
    },
  },
  run: reported(async ({ args }) => {
    const [effort = 'standard'] = named(args.effort, '--effort', ['fast', 'standard', 'best'] as const);
    const result = await measureTables({
      ...{ effort, data: args.data, spread: args.spread ?? false },
      only: args.only === undefined ? undefined : named(args.only, '--only', tableNames(tablesFolder(args.data))),
      baselines: args.baselines === undefined ? [] : named(args.baselines, '--baselines', baselineNames),
      seed: wholeNumber(args.seed, '--seed', 0),
    });
    say(describeMachine(result.machine));
    print(args.json ? { ...result, verdicts: verdicts(result) } : result, args.json, tablesTable);
  }),
});

const main = defineCommand({
  meta: { name: 'bench', description: 'Measures speed, memory and size' },
  subCommands: { training, images, tables, quality, products, convolutions, memory, heap, serving, profile, size },
});

await runMain(main);
