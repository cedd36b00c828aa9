import { defineCommand } from 'citty';

/** `diffeo import FILE --recipe RECIPE --out MODEL` */
export const importCommand = defineCommand({
  meta: { name: 'import', description: "Read a flow of PyTorch's nflows, normflows, zuko or FrEIA as a model." },
  args: {
    file: { type: 'positional', required: true, description: 'The state dict, saved as safetensors.' },
    recipe: {
      type: 'string',
      valueHint: 'FILE',
      required: true,
      description: 'What the state dict does not say, as JSON: library, activation, bounds.',
    },
    out: { type: 'string', valueHint: 'FILE', required: true, description: 'Where to write the model.' },
  },
  run: async ({ args }) => {
    const { importModel } = await import('../model/import-model.ts');
    await importModel({ file: args.file, recipe: args.recipe, out: args.out });
  },
});
