import { parseArgs } from 'node:util';
import { DiffeoError } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import type { ArgDef, ArgsDef } from 'citty';

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { readonly kind: 'option' }>;

/** What looks like an option and is none: a value such as −3, to be refused as the number that it is. */
const number = /^-(?:\d|\.\d)/;

function checkOption({ name, rawName, value, inlineValue }: OptionToken, options: ReadonlyMap<string, ArgDef>): void {
  const known = rawName === `--${name}` ? options.get(name) : undefined;
  const negated = rawName === `--${name}` && name.startsWith('no-') ? options.get(name.slice(3)) : undefined;
  if (negated?.type === 'boolean' && value === undefined) return;
  if (!known) {
    const names = [...options].flatMap(([each, { type }]) => [
      `--${each}`,
      ...(type === 'boolean' ? [`--no-${each}`] : []),
    ]);
    throw new DiffeoError('USAGE', `there is no option ${rawName}${didYouMean(rawName, names)}`);
  }
  if (known.type === 'boolean') {
    if (value === undefined) return;
    throw new DiffeoError('USAGE', `${rawName} takes no value; got '${value}'`);
  }
  const missing = !value || (!inlineValue && value.startsWith('-') && !number.test(value));
  if (missing) throw new DiffeoError('USAGE', `${rawName} needs a value${value ? `; '${value}' follows` : ''}`);
  if (known.type !== 'enum' || known.options?.includes(value)) return;
  const meant = didYouMean(value, known.options ?? []);
  throw new DiffeoError('USAGE', `${rawName} is one of ${known.options?.join(', ')}; got '${value}'${meant}`);
}

/** What is said of options that come twice: a script may put its defaults first, and the last is taken. */
function repeated(tokens: readonly Token[], options: ReadonlyMap<string, ArgDef>): string[] {
  const last = new Map<string, { readonly token: OptionToken; readonly times: number }>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const name = options.has(token.name) ? token.name : token.name.replace(/^no-/, '');
    last.set(name, { token, times: (last.get(name)?.times ?? 0) + 1 });
  }
  return Array.from(last.values()).flatMap(({ token: { rawName, value }, times }) =>
    times < 2 ? [] : [`${rawName} is given ${times} times: the last, ${value ?? rawName}, is taken`],
  );
}

function check(rawArgs: readonly string[], args: ArgsDef): string[] {
  const options = new Map(Object.entries(args).filter(([, { type }]) => type !== 'positional'));
  const { tokens } = parseArgs({
    args: [...rawArgs],
    options: Object.fromEntries(
      Array.from(options, ([name, { type }]) => [name, { type: type === 'boolean' ? 'boolean' : 'string' }]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === 'option') checkOption(token, options);
  const expected = Object.keys(args).filter((name) => args[name]?.type === 'positional');
  const given = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const [missing] = expected.slice(given.length);
  if (missing !== undefined) throw new DiffeoError('USAGE', `${missing.toUpperCase()} is missing`);
  if (given.includes('')) throw new DiffeoError('USAGE', `${expected[given.indexOf('')]?.toUpperCase()} is empty`);
  const [surplus] = given.slice(expected.length);
  if (surplus !== undefined) {
    const several =
      expected.at(-1) === 'data' ? ". Several files are one table by a pattern in quotes: 'rows/*.csv'" : '';
    throw new DiffeoError('USAGE', `there is no place for the argument '${surplus}'${several}`);
  }
  const required = Object.keys(args).find(
    (name) => args[name]?.required && options.has(name) && !tokens.some((t) => t.kind === 'option' && t.name === name),
  );
  if (required !== undefined) throw new DiffeoError('USAGE', `--${required} is missing`);
  return repeated(tokens, options);
}

/**
 * Throws `USAGE` for whatever citty would pass over in silence: unknown options, options without their value, values where
 * none belong, arguments too few or too many, or empty. Returns what is to be said of options that come twice.
 */
export function checkArguments(rawArgs: readonly string[], args: ArgsDef, name: string): readonly string[] {
  try {
    return check(rawArgs, args);
  } catch (cause) {
    const { message } = cause as Error;
    const end = message.endsWith('?') ? '' : '.';
    throw new DiffeoError('USAGE', `${name}: ${message}${end} See diffeo ${name} --help.`, { cause });
  }
}
