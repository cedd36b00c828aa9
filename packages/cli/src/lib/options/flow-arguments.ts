import type { GradientMode } from '@diffeo/core';
import type { FlowRequest } from '../train/flow-request.ts';
import {
  type ActivationName,
  activationNames,
  type BaseName,
  baseNames,
  flowNames,
  type LossName,
  lossNames,
  type OptimiserName,
  optimiserNames,
  type ScheduleName,
  scheduleNames,
} from './flow-names.ts';
import { listOption } from './list-option.ts';
import { countRange, numberOption, parseNumber } from './number-option.ts';

/** The options that describe one flow and its training, for citty. */
export const flowArguments = {
  flow: { type: 'string', valueHint: 'realnvp', description: `What kind of flow: ${flowNames.join(', ')}.` },
  layers: {
    type: 'string',
    description: 'How many layers of the kind of the flow, or steps at each level of glow. Default 8.',
  },
  hidden: {
    type: 'string',
    valueHint: '64,64',
    description: "The hidden widths of each layer's network. Default 64,64; 32 of fewer than 2,000 rows.",
  },
  activation: {
    type: 'enum',
    options: [...activationNames] as string[],
    description: 'What stands between the layers of networks. Default relu; tanh of fewer than 2,000 rows.',
  },
  residual: {
    type: 'boolean',
    description: 'Hidden layers add their input to their output; the default of toys alone.',
    negativeDescription: 'They do not.',
  },
  bound: {
    type: 'string',
    description: 'Log-scales of a layer stay within ± this (default 1); of splines, the interval that they bend (4).',
  },
  bins: { type: 'string', description: 'How many bins splines have. Default 8; 16 of toys in neural-spline.' },
  levels: { type: 'string', description: 'At how many scales glow works. Default 2.' },
  base: {
    type: 'enum',
    options: [...baseNames] as string[],
    description:
      'What the flow starts from. Default: contaminated-normal, which has heavy tails; standard-normal of images.',
  },
  loss: {
    type: 'enum',
    options: [...lossNames] as string[],
    description: 'What a continuous flow is trained by. Default likelihood.',
  },
  steps: { type: 'string', description: 'Training steps, one batch each. Default 3000; 2000 of few rows.' },
  batch: { type: 'string', description: 'Rows a batch. Default 256; 512 of toys, 64 of images.' },
  'learning-rate': {
    type: 'string',
    description: 'The learning rate at its highest. Default 3e-3; 1e-3 of few rows, 5e-3 of toys.',
  },
  optimiser: {
    type: 'enum',
    options: [...optimiserNames] as string[],
    description: 'What takes the steps. Default adam.',
  },
  decay: { type: 'string', description: 'Of adam-w and lion: how much of the weights decays. Default 0.01, and 0.' },
  schedule: {
    type: 'enum',
    options: [...scheduleNames] as string[],
    description: 'The course of the learning rate. Default cosine.',
  },
  ema: {
    type: 'string',
    description:
      'How much of the running mean of the parameters stays at each step; 0 for no mean. Default 0.99 of tables.',
  },
  patience: {
    type: 'string',
    description:
      'Validations without a new best after which training stops. Default 10 of tables, 20 of images; toys never.',
  },
  workers: { type: 'string', description: 'How many threads share each batch. Default: this one alone.' },
  gradient: {
    type: 'enum',
    options: ['store', 'checkpoint', 'recompute'] as string[],
    description: 'What is kept for gradients: less takes more time. Default store.',
  },
} as const;

/** What {@link flowArguments} come in as. */
type FlowArguments = {
  readonly [name in keyof typeof flowArguments]: (name extends 'residual' ? boolean : string) | undefined;
};

const width = { whole: true, least: 1, most: 65536 };

/** What was asked of one flow. Throws `USAGE`. */
export const flowRequest = (args: FlowArguments): FlowRequest => ({
  flow: args.flow,
  layers: numberOption('--layers', args.layers, { whole: true, least: 1, most: 1000 }, undefined),
  hidden: listOption('--hidden', args.hidden)?.map((text) => parseNumber('--hidden', text, width)),
  activation: args.activation as ActivationName | undefined,
  residual: args.residual,
  bound: numberOption('--bound', args.bound, { least: 0.01, most: 1e6 }, undefined),
  bins: numberOption('--bins', args.bins, { whole: true, least: 2, most: 256 }, undefined),
  levels: numberOption('--levels', args.levels, { whole: true, least: 1, most: 16 }, undefined),
  base: args.base as BaseName | undefined,
  loss: args.loss as LossName | undefined,
  steps: numberOption('--steps', args.steps, countRange, undefined),
  batchSize: numberOption('--batch', args.batch, countRange, undefined),
  learningRate: numberOption('--learning-rate', args['learning-rate'], { least: 1e-12, most: 1e3 }, undefined),
  optimiser: args.optimiser as OptimiserName | undefined,
  decay: numberOption('--decay', args.decay, { least: 0, most: 1 }, undefined),
  schedule: args.schedule as ScheduleName | undefined,
  ema: numberOption('--ema', args.ema, { least: 0, most: 0.999999 }, undefined),
  patience: numberOption('--patience', args.patience, countRange, undefined),
  workers: numberOption('--workers', args.workers, { whole: true, least: 1, most: 64 }, undefined),
  gradient: args.gradient as GradientMode | undefined,
});
