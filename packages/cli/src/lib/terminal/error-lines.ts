import { oneLine } from '@diffeo/core/arguments';
import { refusalOf } from '@diffeo/datasets';
import { advisedCommands } from '../options/csv-flags.ts';
import { inWordsOf } from '../train/memory-advice.ts';

/** No message is longer than a screen. */
const maxLength = 1500;

/** What is too long is left out of the middle: reasons and advice stand at the end. */
const shortened = (text: string): string =>
  text.length > maxLength ? `${text.slice(0, maxLength - 500)} … ${text.slice(-500)}` : text;

/**
 * What the command says of an error, on one line; below it, where the CSV reader knows options that help, the commands to
 * copy. `args` are those of the command that failed.
 */
export function errorLines(error: unknown, args: readonly string[]): string[] {
  const refusal = refusalOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const line = shortened(`diffeo: ${oneLine(refusal?.problem ?? inWordsOf(args[0], message))}`);
  if (!refusal || refusal.advice.length === 0) return [line];
  const commands = advisedCommands(args, refusal.advice).map((command) => `  ${oneLine(command)}`);
  const shown = commands.filter((command) => command.length <= maxLength);
  return shown.length === 0 ? [line] : [`${line} Try:`, ...shown];
}
