import { inspect } from 'node:util';
import { DiffeoError } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import { type ArgsDef, runCommand } from 'citty';
import { checkArguments } from './check/check-arguments.ts';
import { commands, program } from './commands/commands.ts';
import { usage } from './commands/usage.ts';
import { configure } from './config/active-config.ts';
import { readConfig } from './config/read-config.ts';
import { withConfig } from './config/with-config.ts';
import { errorLines } from './terminal/error-lines.ts';
import { exitCodeOf } from './terminal/exit-code.ts';
import { type Interruption, interruption } from './terminal/interruption.ts';
import { say } from './terminal/say.ts';
import { guardStandardStreams } from './terminal/standard-streams.ts';
import { version } from './version.ts';

const wantsHelp = (args: readonly string[]): boolean => {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
};

async function dispatch(args: readonly string[], interrupted: Interruption): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    process.stderr.write(usage(program));
    return 2;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (wantsHelp(args)) {
    process.stdout.write(command ? usage(command, program) : usage(program));
    return 0;
  }
  if (!command) {
    const known = Object.keys(commands);
    const [what, words] = name.startsWith('-') ? ['option', ['--help', '--version']] : ['command', known];
    const meant = didYouMean(name, words) || '.';
    throw new DiffeoError(
      'USAGE',
      `there is no ${what} ${name}; the commands are ${known.join(', ')}${meant} See diffeo --help.`,
    );
  }
  const found = name === 'completion' ? null : await readConfig(process.cwd());
  configure(found?.config ?? {});
  const definitions = command.args as ArgsDef;
  const rawArgs = found ? withConfig(rest, definitions, name, found) : rest;
  for (const line of checkArguments(rawArgs, definitions, name)) say(line);
  if (found) say(`${found.name} is used`);
  await runCommand(command, { rawArgs: [...rawArgs], data: interrupted.signal });
  return 0;
}

/**
 * The `diffeo` command: runs it with these arguments on the process's standard streams and returns the exit code. 0: done;
 * 1: it failed while running; 2: wrong usage or bad input; 129, 130 and 143: cancelled by SIGHUP, SIGINT and
 * SIGTERM.
 */
export async function main(args: readonly string[]): Promise<number> {
  guardStandardStreams();
  const interrupted = interruption();
  try {
    return await dispatch(args, interrupted);
  } catch (error) {
    for (const line of errorLines(error, args)) say(line);
    if (process.env['DIFFEO_DEBUG'] === '1') say(inspect(error));
    return interrupted.exitCode ?? exitCodeOf(error);
  } finally {
    interrupted.dispose();
  }
}
