import { stripVTControlCharacters } from 'node:util';
import { renderUsage } from 'citty';
import type { AnyCommand } from './commands.ts';

/** How to call a command: plain text, with colours on a terminal only. */
export async function usage(command: AnyCommand, parent?: AnyCommand): Promise<string> {
  const text = `${await renderUsage(command, parent)}\n`;
  return process.stdout.isTTY ? text : stripVTControlCharacters(text);
}
