import { parseArgs } from 'node:util';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import type { ArgsDef } from 'citty';
import { checkArguments } from '../check/check-arguments.ts';
import { defaultFolder } from '../folder/default-folder.ts';
import type { OptionDefaults } from './diffeo-config.ts';
import type { FoundConfig } from './read-config.ts';

const flagsOf = (options: OptionDefaults): string[] =>
  Object.entries(options).map(([name, value]) => {
    if (typeof value === 'boolean') return value ? `--${name}` : `--no-${name}`;
    return `--${name}=${value}`;
  });

/** Throws `CONFIG` for options that a command does not take. */
function requireOptions(options: OptionDefaults, args: ArgsDef, command: string, where: string): void {
  const optional = Object.fromEntries(
    Object.entries(args).flatMap(([name, arg]) =>
      arg.type === 'positional' ? [] : [[name, { ...arg, required: false }] as const],
    ),
  ) as ArgsDef;
  try {
    checkArguments(flagsOf(options), optional, command);
  } catch (cause) {
    if (!isDiffeoError(cause)) throw cause;
    throw new DiffeoError('CONFIG', `${where}: ${cause.message}`, { cause });
  }
}

/**
 * The arguments of a command with what a configuration has for it: the path that the name of data stands for with its options, the folder of that name, and defaults of options. What is on
 * the command line comes first, and options of data before defaults of the command.
 */
export function withConfig(
  rawArgs: readonly string[],
  args: ArgsDef,
  command: string,
  { name: file, config }: FoundConfig,
): readonly string[] {
  const options = Object.entries(args).filter(([, { type }]) => type !== 'positional');
  const { tokens } = parseArgs({
    args: [...rawArgs],
    options: Object.fromEntries(
      options.map(([name, { type }]) => [name, { type: type === 'boolean' ? 'boolean' : 'string' }]),
    ),
    ...{ allowPositionals: true, strict: false, tokens: true },
  });
  const given = new Set(tokens.flatMap((token) => (token.kind === 'option' ? [token.name.replace(/^no-/, '')] : [])));
  const places = Object.keys(args).filter((name) => args[name]?.type === 'positional');
  const positional = tokens.filter((token) => token.kind === 'positional')[places.indexOf('data')];
  const { data = {}, defaults = {} } = config;
  const own = positional && 'value' in positional ? positional.value : undefined;
  const entry = own !== undefined && Object.hasOwn(data, own) ? data[own] : undefined;
  const { path, options: ofData = {} } = typeof entry === 'object' ? entry : { path: entry };
  const ofCommand = Object.hasOwn(defaults, command) ? (defaults[command] as OptionDefaults) : {};
  requireOptions(ofCommand, args, command, `${file}, defaults`);
  // Data are named once for all commands: what one does not take is for another.
  const taken = Object.fromEntries(Object.entries(ofData).filter(([name]) => Object.hasOwn(args, name)));
  requireOptions(taken, args, command, `${file}, data '${own}'`);
  // A run goes into a folder with the name of its data, and two runs on one file under two names into two.
  const folder = own !== undefined && path !== undefined && command === 'train' ? { out: defaultFolder(own) } : {};
  const missing = Object.entries({ ...folder, ...ofCommand, ...taken }).filter(([name]) => !given.has(name));
  const rest = rawArgs.map((arg, i) => (path !== undefined && i === positional?.index ? path : arg));
  return [...flagsOf(Object.fromEntries(missing)), ...rest];
}
