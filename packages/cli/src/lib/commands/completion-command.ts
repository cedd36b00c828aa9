import { defineCommand } from 'citty';
import type { CompletedCommands } from '../completion/completion-facts.ts';

/** Data that need no file, for shells to offer. `findData` knows what they are. */
export const dataNames = [
  ...[
    'two-moons',
    'eight-gaussians',
    'checkerboard',
    'two-spirals',
    'pinwheel',
    'rings',
    'concentric-rings',
    'swiss-roll',
  ],
  ...['standard-normal', 'digits', 'mnist', 'fashion-mnist'],
] as const;

/** `diffeo completion SHELL`, of the commands that there are. */
export const completionCommand = (commands: () => CompletedCommands) =>
  defineCommand({
    meta: { name: 'completion', description: 'Print the script by which a shell completes commands and options.' },
    args: { shell: { type: 'positional', required: true, description: 'bash, zsh or fish.' } },
    run: async ({ args }) => {
      const { completion } = await import('../completion/completion.ts');
      await completion(args.shell, commands(), dataNames);
    },
  });
