/** The first argument of commands that take a model. */
export const modelArgument = {
  type: 'positional',
  required: true,
  description: 'A model file, the folder that train wrote, or - for standard input.',
} as const;

/** The same of commands that write beside it. */
export const modelOnDiskArgument = {
  ...modelArgument,
  description: 'A model file, or the folder that train wrote.',
} as const;
