import { defineCommand } from 'citty';
import { listOption } from '../options/list-option.ts';
import { modelArgument } from '../options/model-argument.ts';
import { numberOption } from '../options/number-option.ts';

/** `diffeo export MODEL --to onnx --out FOLDER` */
export const exportCommand = defineCommand({
  meta: { name: 'export', description: 'Write a model as ONNX files, which run wherever ONNX runs.' },
  args: {
    model: modelArgument,
    to: { type: 'enum', options: ['onnx'] as string[], required: true, description: 'The format.' },
    functions: {
      type: 'string',
      valueHint: 'logProb,toBase,toData',
      description: 'What to export, a file each. Default: all that the model has.',
    },
    rounds: {
      type: 'string',
      description: 'How often loops run that otherwise end when values say so. Default: as often as is exact.',
    },
    out: { type: 'string', valueHint: 'FOLDER', required: true, description: 'Where to write.' },
  },
  run: async ({ args }) => {
    const { exportModel } = await import('../model/export-model.ts');
    await exportModel({
      model: args.model,
      functions: listOption('--functions', args.functions),
      rounds: numberOption('--rounds', args.rounds, { whole: true, least: 1, most: 1e6 }, undefined),
      out: args.out,
    });
  },
});
