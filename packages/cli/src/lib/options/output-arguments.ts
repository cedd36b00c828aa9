import { tableWriters } from '@diffeo/datasets';

/** The options of every command that gives a table, for citty. */
export const outputArguments = {
  out: {
    type: 'string',
    valueHint: 'file',
    description: `Write it there: ${tableWriters.map(({ endings }) => endings[0]).join(', ')}. Default: stdout.`,
  },
  format: {
    type: 'enum',
    options: tableWriters.map(({ name }) => name) as string[],
    description: 'How to write it. Default: by the ending of --out; csv on stdout.',
  },
} as const;
