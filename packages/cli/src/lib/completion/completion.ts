import { DiffeoError } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import { printResult } from '../terminal/standard-streams.ts';
import { type CompletedCommands, completionFacts } from './completion-facts.ts';
import { completionScript, shells } from './completion-scripts.ts';

/** Prints the completion script of a shell. Throws `USAGE` for a shell that there is not. */
export async function completion(name: string, commands: CompletedCommands, data: readonly string[]): Promise<void> {
  const shell = shells.find((one) => one === name);
  if (!shell) {
    throw new DiffeoError(
      'USAGE',
      `completion: SHELL is one of ${shells.join(', ')}; got '${name}'${didYouMean(name, shells)}`,
    );
  }
  await printResult(completionScript(shell, completionFacts(commands), data));
}
